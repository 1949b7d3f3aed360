/** What one request meets instead of, or before, its answer. */
export type Interference =
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number; readonly body?: unknown };

/** Troubles that a test switches on and off. They last until `clear`, except those that name a number of requests. */
export interface Faults {
  /** Connections are refused; open ones are cut. */
  refuseConnections(): Promise<void>;
  /** Every request is answered 503. */
  unavailable(): void;
  /** Every answer comes this much later, in milliseconds. */
  slow(ms: number): void;
  /** Connections are taken and nothing is ever answered. */
  hang(): void;
  /** The next requests are answered with this status. */
  failNext(count: number, status: number, body?: unknown): void;
  /** The next requests are answered 429 with this Retry-After, in seconds. */
  rateLimitNext(count: number, retryAfter: number): void;
  /** All is well again. */
  clear(): Promise<void>;
}

export function faultSwitches(server: { refuse(): Promise<void>; accept(): Promise<void> }): {
  readonly faults: Faults;
  next(): Interference | undefined;
} {
  let lasting: Interference | undefined;
  let queued: Interference[] = [];
  const queue = (count: number, what: Interference) => {
    queued = [...queued, ...Array.from({ length: count }, () => what)];
  };
  return {
    next: () => queued.shift() ?? lasting,
    faults: {
      refuseConnections: server.refuse,
      unavailable: () => {
        lasting = { kind: 'status', status: 503 };
      },
      slow: (ms) => {
        lasting = { kind: 'slow', ms };
      },
      hang: () => {
        lasting = { kind: 'hang' };
      },
      failNext: (count, status, body) => queue(count, { kind: 'status', status, body }),
      rateLimitNext: (count, retryAfter) => queue(count, { kind: 'status', status: 429, retryAfter }),
      async clear() {
        lasting = undefined;
        queued = [];
        await server.accept();
      },
    },
  };
}
