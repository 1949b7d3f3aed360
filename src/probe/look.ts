import type { Millis } from '../domain/time.ts';

/** What one look found. */
export type Look =
  | { readonly result: 'pass'; readonly took: Millis }
  /** The thing looked at is not healthy. */
  | { readonly result: 'fail'; readonly why: string; readonly took: Millis }
  /** Nobody can tell: the probe itself could not look. */
  | { readonly result: 'error'; readonly why: string };
