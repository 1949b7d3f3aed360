/** Sets by key; empty ones are let go, so that it stays as small as what it holds. */
export interface IndexSets<K, V> {
  add(key: K, value: V): void;
  delete(key: K, value: V): void;
  get(key: K): Iterable<V>;
  keys(): IterableIterator<K>;
}

/** Most keys have one value only, and a set for it would be most of the memory; it stands alone until a second one comes. */
export function indexSets<K, V extends string | number>(): IndexSets<K, V> {
  const sets = new Map<K, V | Set<V>>();
  const none: readonly V[] = [];
  return {
    add(key, value) {
      const known = sets.get(key);
      if (known === undefined) sets.set(key, value);
      else if (known instanceof Set) known.add(value);
      else if (known !== value) sets.set(key, new Set([known, value]));
    },
    delete(key, value) {
      const known = sets.get(key);
      if (known === value) sets.delete(key);
      else if (known instanceof Set && known.delete(value) && known.size === 0) sets.delete(key);
    },
    get(key) {
      const known = sets.get(key);
      if (known === undefined) return none;
      return known instanceof Set ? known : [known];
    },
    keys: () => sets.keys(),
  };
}
