import type { Time } from '../domain/time.ts';

/**
 * What a step throws to end its run on purpose. Each is an answer, not an accident, so the executor records it as such.
 * They are made by `ctx.noop`, `ctx.handOver` and `ctx.waitUntil`; a remediation never constructs them itself.
 */
export class RunControl extends Error {
  override readonly name = 'RunControl';
  readonly kind: 'noop' | 'hand-over' | 'wait';
  readonly until: Time | null;

  constructor(kind: RunControl['kind'], message: string, until: Time | null = null) {
    super(message);
    this.kind = kind;
    this.until = until;
  }
}
