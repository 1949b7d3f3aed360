import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { ends, fires, memory, NOW } from './batches.ts';

/** A delivery about one of a few alerts on one of two things. */
const alerts = fc
  .record({
    fingerprint: fc.constantFrom('a', 'b', 'c', 'd'),
    resolved: fc.boolean(),
    startsAt: fc.constantFrom(null, NOW - 60_000, NOW - 1_000),
    endsAt: fc.constantFrom(null, NOW - 90_000, NOW - 500, NOW + 60_000),
  })
  .map(({ fingerprint, resolved, startsAt, endsAt }): Alert => {
    const labels = { thing: fingerprint < 'c' ? 'cup' : 'vase' };
    return resolved ? ends(fingerprint, { labels, startsAt, endsAt }) : fires(fingerprint, { labels, startsAt });
  });

const batches = fc.array(fc.array(alerts, { minLength: 1, maxLength: 6 }), { maxLength: 12 });

/** What a person would call the state of the world: which incidents are open, and which alerts fire in each. */
function picture(store: ReturnType<typeof memory>) {
  const firing = [...store.episodes.values()].filter((e) => e.status === 'firing');
  return {
    open: store
      .open()
      .map(({ target }) => target.id)
      .sort(),
    firing: firing.map(({ fingerprint }) => fingerprint).sort(),
  };
}

test('an incident is open exactly while an alert of it fires', () => {
  fc.assert(
    fc.property(batches, (given) => {
      const store = memory();
      given.forEach((batch, i) => void store.apply(batch, NOW + i * 1_000));
      const { open, firing } = picture(store);
      const wanted = new Set(firing.map((fingerprint) => (fingerprint < 'c' ? 'cup' : 'vase')));
      expect(open).toEqual([...wanted].sort());
    }),
    { numRuns: 1_000 },
  );
});

test('it makes no difference how deliveries are cut into batches', () => {
  fc.assert(
    fc.property(fc.array(alerts, { maxLength: 20 }), fc.array(fc.nat(4)), (given, cuts) => {
      const [whole, parts, single] = [memory(), memory(), memory()];
      if (given.length > 0) whole.apply(given);
      for (const alert of given) single.apply([alert]);
      let rest = given;
      for (const cut of cuts) {
        if (rest.length > 0) parts.apply(rest.slice(0, cut + 1));
        rest = rest.slice(cut + 1);
      }
      if (rest.length > 0) parts.apply(rest);
      expect(picture(parts)).toEqual(picture(whole));
      expect(picture(single)).toEqual(picture(whole));
    }),
    { numRuns: 1_000 },
  );
});

test('P1: duplicates change nothing, wherever they come', () => {
  fc.assert(
    fc.property(fc.array(alerts, { maxLength: 12 }), fc.array(fc.nat(3)), (given, copies) => {
      const [once, often] = [memory(), memory()];
      for (const alert of given) once.apply([alert]);
      given.forEach((alert, i) => void often.apply(Array.from({ length: 1 + (copies[i] ?? 0) }, () => ({ ...alert }))));
      expect(picture(often)).toEqual(picture(once));
      expect(often.incidents().map(({ state, target }) => [state, target.id])).toEqual(
        once.incidents().map(({ state, target }) => [state, target.id]),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('the order of duplicates from several receivers makes no difference', () => {
  const copies = fc.array(fc.constantFrom('a', 'b'), { minLength: 2, maxLength: 10 });
  fc.assert(
    fc.property(copies, fc.func(fc.nat()), (names, rank) => {
      const [one, other] = [memory(), memory()];
      const given = names.map((name) => fires(name));
      one.apply(given);
      other.apply(
        given
          .map((alert, i) => [alert, rank(i)] as const)
          .sort((a, b) => a[1] - b[1])
          .map(([alert]) => alert),
      );
      expect(picture(other)).toEqual(picture(one));
      expect(other.incidents()).toHaveLength(one.incidents().length);
    }),
    { numRuns: 500 },
  );
});
