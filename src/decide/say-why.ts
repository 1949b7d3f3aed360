import { formatDuration } from '../domain/duration.ts';
import { hasEnded } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Time, toIso } from '../domain/time.ts';
import type { Explanation } from './explain.ts';
import type { Why } from './why.ts';

const VERDICTS: Readonly<Record<string, string>> = {
  held: 'WAITS',
  asked: 'ASKS a person',
  admitted: 'RUNS',
  observed: 'ONLY WATCHES',
  ignored: 'IGNORES it',
  escalated: 'PAGES a person',
};

/** A decision as somebody at three in the morning wants to read it: the verdict, why, what would change it, then the rest. */
export function printExplanation({ verdict, reason, says, until, plan, guards, changes }: Explanation): string[] {
  const again = until === null ? '' : ` Asked again at ${until}.`;
  const sentence = /[.!?]$/.test(says) ? says : `${says}.`;
  const width = Math.max(0, ...guards.map(({ guard }) => guard.length));
  return [
    `${VERDICTS[verdict] ?? verdict} (${reason}): ${sentence}${again}`,
    ...(plan === null ? [] : [`  would run  ${sayPlan(plan)}`]),
    ...(changes.length === 0 ? [] : ['To let it act:', ...changes.map((change) => `  - ${change}`)]),
    ...(guards.length === 0 ? [] : ['Guardrails:']),
    ...guards.map(({ guard, ok, says: why, numbers }) => {
      const answer = ok ? `yes  ${sayNumbers(numbers)}` : `NO   ${why ?? ''}`;
      return `  ${guard.padEnd(width)}  ${answer}`.trimEnd();
    }),
  ];
}

/** The answer to `why` in lines, for the terminal and for Slack. */
export function sayWhy({ incident, decided, present }: Why, now: Time): string[] {
  const { rule, target, state, reason, openedAt, deadlineAt, pagedAt } = incident;
  const page =
    pagedAt !== null
      ? ` A person was told at ${toIso(pagedAt)}.`
      : deadlineAt === null || hasEnded(incident)
        ? ''
        : ` A person is paged at ${toIso(deadlineAt)}${deadlineAt > now ? `, in ${formatDuration(deadlineAt - now)}` : ''}.`;
  const head = `${rule} on ${target.kind} ${target.id} is ${state} (${reason}), opened ${formatDuration(now - openedAt)} ago.${page}`;
  const last = decided === null ? ['Nothing has been decided yet.'] : printExplanation(decided);
  return [
    head,
    '',
    ...(decided === null ? [] : [`Decided ${decided.at}, ${formatDuration(now - Date.parse(decided.at))} ago:`]),
    ...last,
    ...(present === null ? [] : presentLines(present, decided)),
  ];
}

function presentLines(present: Explanation, decided: Explanation | null): string[] {
  if (present.verdict !== decided?.verdict || present.reason !== decided.reason)
    return ['', decided === null ? 'Decided now:' : 'Decided now it would be otherwise:', ...printExplanation(present)];
  const plan = present.plan === null || decided.plan !== null ? '' : ` It would run ${sayPlan(present.plan)}.`;
  return ['', `Decided now it would be the same.${plan}`];
}

function sayPlan({ remediation, params, target }: JsonObject): string {
  const given = Object.entries((params ?? {}) as JsonObject).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const { kind = '', id = '' } = (target ?? {}) as { kind?: string; id?: string };
  return `${String(remediation)} on ${kind} ${id} with ${given.join(' ')}`;
}

function sayNumbers(numbers: JsonObject): string {
  return Object.entries(numbers)
    .filter(([, value]) => value !== null)
    .map(([name, value]) =>
      name.endsWith('Ms') && typeof value === 'number'
        ? `${name.slice(0, -2)} ${formatDuration(value)}`
        : `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}
