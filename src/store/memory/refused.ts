/** What Postgres answers where a second one would stand in the place of one: with its own code, so that callers treat it alike. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  readonly code = '23505';
}
