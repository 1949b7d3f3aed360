import type { Redis } from 'ioredis';

/** Keys by SCAN, which may name a key twice and does not block Redis as KEYS does. At most `limit`. */
export async function scanKeys(
  client: Pick<Redis, 'scan'>,
  pattern: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    signal.throwIfAborted();
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', 500);
    for (const key of keys) if (found.size < limit) found.add(key);
    cursor = next;
  } while (cursor !== '0' && found.size < limit);
  return [...found];
}
