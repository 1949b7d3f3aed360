/** A matcher that cannot be read. `column` counts characters of the matcher's own text from 1. */
export class MatcherError extends Error {
  override readonly name = 'MatcherError';
  readonly column: number;
  readonly fix: string;

  constructor(message: string, offset: number, fix: string) {
    super(message);
    this.column = offset + 1;
    this.fix = fix;
  }
}
