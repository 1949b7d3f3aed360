/** Sets by key; empty ones are let go, so that it stays as small as what it holds. */
export interface IndexSets<K, V> {
  add(key: K, value: V): void;
  delete(key: K, value: V): void;
  get(key: K): ReadonlySet<V>;
  keys(): IterableIterator<K>;
}

export function indexSets<K, V>(): IndexSets<K, V> {
  const sets = new Map<K, Set<V>>();
  const none: ReadonlySet<V> = new Set();
  return {
    add(key, value) {
      const known = sets.get(key);
      if (known === undefined) sets.set(key, new Set([value]));
      else known.add(value);
    },
    delete(key, value) {
      const known = sets.get(key);
      if (known?.delete(value) === true && known.size === 0) sets.delete(key);
    },
    get: (key) => sets.get(key) ?? none,
    keys: () => sets.keys(),
  };
}
