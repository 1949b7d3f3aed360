/** A tool could not do what a step asked. The message names the tool and the call and holds no secret. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Refused before anything was sent: the call itself is not allowed, whatever state the world is in. */
export class ToolRefusal extends ToolError {}

/** What went wrong, in the words of whoever threw it. Connection errors of several addresses carry no message of their own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error && error.cause.message !== '' ? `: ${error.cause.message}` : '';
  return `${error.message || error.name}${cause}`;
}
