import { defineRemediation, stepsFor, z } from '../../src/remediation/index.ts';
import { Source } from '../parameters.ts';
import { settingsSchema } from '../settings.ts';
import { answersThrice, isOpen, readCircuit, resetCircuit, sourceOf } from './parts/circuit.ts';

const params = z.strictObject({ source: Source });

const step = stepsFor(params);

/** A source that does not answer now is asked again after this. */
const ASK_AGAIN = 60_000;

const check = step({
  name: 'check',
  effect: 'reads',
  repeat: 'safe',
  timeout: '60s',
  async run(ctx) {
    const { source } = ctx.params;
    const settings = sourceOf(ctx, source);
    const circuit = await readCircuit(ctx, source);
    if (!isOpen(circuit)) ctx.noop(`The breaker of '${source}' is ${circuit.state ?? 'closed'}, not OPEN`);
    if (!(await answersThrice(ctx, settings))) {
      ctx.waitUntil(ctx.clock.now() + ASK_AGAIN, `'${source}' does not answer, so its breaker is open for a reason`);
    }
    return circuit;
  },
});

const reset = step({
  name: 'reset',
  effect: 'changes',
  timeout: '20s',
  repeat: 'ask',
  async landed(ctx) {
    return isOpen(await readCircuit(ctx, ctx.params.source)) ? undefined : { deleted: 2 };
  },
  run: (ctx) => resetCircuit(ctx, ctx.params.source),
});

export default defineRemediation({
  summary: 'Closes the circuit breaker of an enrichment source that answers again.',
  risk: 'low',
  params,
  settings: settingsSchema,
  // The APIs of the sources are named in the settings.
  needs: ['redis'],
  target: ({ source }) => ({ kind: 'source', id: source }),
  steps: [check, reset],
  verify: {
    within: '2m',
    every: '15s',
    holdFor: '5m',
    async probe(ctx) {
      const circuit = await readCircuit(ctx, ctx.params.source);
      return { healthy: !isOpen(circuit), evidence: circuit };
    },
  },
});
