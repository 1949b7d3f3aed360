/** Postgres' classes for connections, failover, collisions, resources and shutdown. */
const CLASSES = /^(?:08|25006|40|53|55|57|58|XX)/;

/** The codes of sockets and names. */
const SYSTEM = /^E[A-Z_]{3,}/;

/**
 * Whether the database is away or overloaded, so that the same may well succeed later. Everything else is about what was
 * asked of it, and would fail again.
 */
export function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return CLASSES.test(code) || SYSTEM.test(code);
  // The driver's own errors have no code.
  return /connect|terminat|timeout|timed out/i.test(String(message));
}
