import type { Json } from '../../src/domain/json.ts';
import { defineRemediation, type Remediation, type StepContext, stepsFor, z } from '../../src/remediation/index.ts';

/** How the steps of the simulation reach its world; it stands where the tools of the real service are. */
export interface Hands {
  /** Resolves when the answer of the world has come, which may be never. */
  call(kind: CallKind, step: string, key: string): Promise<Json>;
}

/** `look` reads, `do` and `undo` change, `landed` asks whether an earlier `do` has taken effect. */
export type CallKind = 'look' | 'do' | 'undo' | 'landed';

type Params = { readonly thing: string; readonly hard?: boolean | undefined };
type Context = StepContext<Params>;

const params = z.strictObject({ thing: z.string().min(1), hard: z.boolean().optional() });
const step = stepsFor(params);

const call = (ctx: Context, kind: CallKind, name: string) =>
  (ctx.tools as unknown as Hands).call(kind, name, ctx.idempotencyKey);

const look = step({
  name: 'look',
  effect: 'reads',
  repeat: 'safe',
  timeout: '5s',
  async run(ctx) {
    const found = await call(ctx, 'look', 'look');
    if (found === 'well') ctx.noop('it is well');
    if (found === 'strange') ctx.handOver('it is not as it should be');
    if (found === 'busy') ctx.waitUntil(ctx.clock.now() + 30_000, 'it is busy');
    return found;
  },
});

/** Only takes its time: whatever it finds, the change is wanted. */
const check = step({
  name: 'check',
  effect: 'reads',
  repeat: 'safe',
  timeout: '5s',
  run: (ctx) => call(ctx, 'look', 'check'),
});

const safe = (name: string) =>
  step({ name, effect: 'changes', repeat: 'safe', timeout: '10s', run: (ctx) => call(ctx, 'do', name) });

const never = (name: string) =>
  step({ name, effect: 'changes', repeat: 'never', timeout: '10s', run: (ctx) => call(ctx, 'do', name) });

const asked = (name: string) =>
  step({
    name,
    effect: 'changes',
    repeat: 'ask',
    timeout: '10s',
    run: (ctx) => call(ctx, 'do', name),
    landed: async (ctx) => ((await call(ctx, 'landed', name)) === 'landed' ? 'landed' : undefined),
    undo: async (ctx) => void (await call(ctx, 'undo', name)),
  });

function remediation(risk: 'low' | 'high', ...steps: Remediation<typeof params>['steps']): Remediation {
  return defineRemediation({
    summary: 'Works on a thing.',
    risk,
    params,
    needs: [],
    target: ({ thing }) => ({ kind: 'thing', id: thing }),
    steps,
    verify: { within: '1m', every: '10s', holdFor: '30s', probe: async () => ({ healthy: true, evidence: {} }) },
  }) as unknown as Remediation;
}

/** One of each kind of step, in an order in which a crash between any two of them matters. */
export const REMEDIATIONS: ReadonlyMap<string, Remediation> = new Map([
  ['things/mend', remediation('low', look, asked('loosen'), never('sign'), safe('tidy'))],
  ['things/replace', remediation('low', look, safe('empty'), asked('swap'))],
  ['things/restore', remediation('low', check, safe('restore'))],
  ['things/rewire', remediation('high', look, never('cut'), asked('join'))],
]);
