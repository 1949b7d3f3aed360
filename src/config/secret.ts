import { timingSafeEqual } from 'node:crypto';

/**
 * A value that must never be printed. It shows as `[secret]` in logs, JSON and error messages; only `reveal` gives it
 * out, so a search for that word finds every place where a secret leaves.
 */
export class Secret {
  readonly #value: string | null;
  /** Where the config says it comes from, such as `env SLACK_BOT_TOKEN`; safe to print. */
  readonly origin: string;

  constructor(value: string | null, origin: string) {
    this.#value = value === '' ? null : value;
    this.origin = origin;
  }

  /** The config names it and the place it names is empty. */
  get missing(): boolean {
    return this.#value === null;
  }

  /** @throws Error naming the origin where the secret is missing. */
  reveal(): string {
    if (this.#value === null) throw new Error(`The secret from ${this.origin} is not set`);
    return this.#value;
  }

  /** Compares in constant time, so that an answer's delay tells nothing about how much of a guess was right. */
  equals(given: string): boolean {
    if (this.#value === null) return false;
    const own = Buffer.from(this.#value);
    const other = Buffer.from(given);
    // Different lengths are compared against itself: same work, and always false.
    return timingSafeEqual(own, other.length === own.length ? other : own) && other.length === own.length;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
