import type { Labels } from '../../domain/alert.ts';

/** The longest fingerprint that is kept as it is; a database index holds no keys of any length. */
const LONGEST = 128;

/**
 * The fingerprint that Prometheus and Alertmanager give an alert: FNV-1a over the sorted labels, 64 bits as 16 hex
 * digits. It equals the sender's for every genuine alert, so old senders without one join the same episode.
 */
export function fingerprintOf(labels: Labels): string {
  const hash = new Fnv1a();
  const pairs = Object.entries(labels).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  for (const [name, value] of pairs.sort(([a], [b]) => Buffer.compare(a, b))) {
    hash.add(name);
    hash.separate();
    hash.add(value);
    hash.separate();
  }
  return hash.hex();
}

/** The sender's own fingerprint, or the computed one where there is none. An absurdly long one is replaced by its hash. */
export function fingerprintFrom(given: string | null, labels: Labels): string {
  if (given === null) return fingerprintOf(labels);
  if (given.length <= LONGEST) return given;
  const hash = new Fnv1a();
  hash.add(Buffer.from(given));
  return hash.hex();
}

/** Two halves of 32 bits: a storm of ten thousand alerts is hashed in milliseconds, which BigInt does not manage. */
class Fnv1a {
  #high = 0xcbf29ce4;
  #low = 0x84222325;

  add(bytes: Uint8Array): void {
    for (const byte of bytes) this.#mix(byte);
  }

  /** Alertmanager ends names and values with a byte that no UTF-8 text contains. */
  separate(): void {
    this.#mix(0xff);
  }

  hex(): string {
    return this.#high.toString(16).padStart(8, '0') + this.#low.toString(16).padStart(8, '0');
  }

  /** Times the prime 2^40 + 0x1b3, modulo 2^64. */
  #mix(byte: number): void {
    const low = (this.#low ^ byte) >>> 0;
    const product = low * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    this.#high = (Math.imul(this.#high, 0x1b3) + carry + (low << 8)) >>> 0;
    this.#low = product >>> 0;
  }
}
