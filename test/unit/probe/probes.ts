import { type Probe, probesSchema } from '../../../src/probe/config.ts';

/** A probe as the config gives it, with its defaults. */
export function probe(change: object = {}): Probe {
  const [made] = probesSchema.parse([
    { name: 'api', kind: 'http', url: 'http://127.0.0.1:1/health', jitter: '0', ...change },
  ]);
  if (made === undefined) throw new Error('The schema gave no probe');
  return made;
}
