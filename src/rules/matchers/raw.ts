/** A matcher as it is written, before its regular expression is compiled. */
export type Operator = '=' | '!=' | '=~' | '!~';

export interface RawMatcher {
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
  /** Where its value stands in the text, for messages about its regular expression. */
  readonly valueAt: number;
}
