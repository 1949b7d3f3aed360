import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/ingest/sources/fingerprint.ts';
import { parseWebhook } from '../../../src/ingest/sources/parse.ts';
import { WEBHOOK_SOURCES } from '../../../src/ingest/sources/parsed.ts';
import { NOW } from './bodies.ts';

const source = fc.constantFrom(...WEBHOOK_SOURCES);
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'alertname', 'severity', 'nodata'));
const loose = fc.record(
  {
    status: fc.anything(),
    labels: fc.oneof(fc.dictionary(key, fc.jsonValue()), fc.jsonValue()),
    annotations: fc.jsonValue(),
    name: fc.jsonValue(),
    startsAt: fc.jsonValue(),
    endsAt: fc.jsonValue(),
    fingerprint: fc.jsonValue(),
    severity: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test('reads any JSON without an error', () => {
  fc.assert(
    fc.property(source, fc.jsonValue(), (from, body) => {
      expect(['alerts', 'unknown']).toContain(parseWebhook(from, body, NOW).kind);
    }),
  );
});

test('gives back an alert or a fault for every item, and only text that can be stored', () => {
  fc.assert(
    fc.property(source, fc.array(loose, { minLength: 1, maxLength: 5 }), (from, items) => {
      const parsed = parseWebhook(from, from === 'event' ? items : { alerts: items }, NOW);
      if (parsed.kind === 'unknown') return;
      expect(parsed.alerts.length + parsed.faults.length).toBe(items.length);
      for (const { fingerprint, name, labels } of parsed.alerts) {
        expect(fingerprint.length).toBeGreaterThan(0);
        for (const text of [fingerprint, name, ...Object.entries(labels).flat()]) {
          expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
        }
      }
    }),
  );
});

test('computes the fingerprint of Alertmanager, whatever the order of the labels', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }), (labels) => {
      const reversed = Object.fromEntries(Object.entries(labels).reverse());
      expect(fingerprintOf(reversed)).toBe(slowFingerprint(labels));
    }),
  );
});

/** FNV-1a as it is defined, one byte at a time on a whole 64-bit number. */
function slowFingerprint(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  let hash = 14_695_981_039_346_656_037n;
  for (const [name, value] of pairs.sort(([a], [b]) => Buffer.compare(a, b))) {
    for (const byte of [...name, 255, ...value, 255]) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1_099_511_628_211n);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
