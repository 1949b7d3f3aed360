import { defineRemediation, type Remediation, stepsFor, z } from '../../../src/remediation/index.ts';

/** Remediations that do nothing, for tests of rules: only their names, parameters and targets matter there. */
export function fakeRemediations(): ReadonlyMap<string, Remediation> {
  const phone = z.strictObject({ phone: z.string().regex(/^phone_\d+$/, 'expected a phone such as phone_07') });
  const queue = z.strictObject({
    queue: z.string().regex(/^[a-z:]+$/, 'expected the name of a queue'),
    most: z.int().min(1).optional(),
    hard: z.boolean().default(false),
  });
  return new Map<string, Remediation>([
    ['phones/reconnect', fake(phone, ({ phone }) => ({ kind: 'phone', id: phone }))],
    ['queues/unblock', fake(queue, ({ queue }) => ({ kind: 'queue', id: queue }))],
  ]);
}

function fake<S extends z.ZodObject>(params: S, target: Remediation<S>['target']): Remediation {
  const look = stepsFor(params)({
    name: 'look',
    effect: 'reads',
    repeat: 'safe',
    timeout: '1s',
    run: async () => null,
  });
  return defineRemediation({
    summary: 'Does nothing.',
    risk: 'low',
    params,
    needs: [],
    target,
    steps: [look],
    verify: { within: '1m', every: '1s', holdFor: '1m', probe: async () => ({ healthy: true, evidence: {} }) },
  }) as unknown as Remediation;
}
