import type { Verdict } from '../decide/verdict.ts';
import { targetKey } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Millis, Time } from '../domain/time.ts';
import type { Answered } from '../engine/answers.ts';
import { verdictWord } from '../engine/verdict-words.ts';
import type { Watcher } from '../engine/world.ts';
import type { Change } from '../store/record.ts';
import type { VERDICTS } from './schema.ts';

/** One line of what happened. */
export interface Line {
  /** From the beginning of the test. */
  readonly at: Millis;
  /** `test`: what the test did. `missed`: what it expected and did not find. The rest is what came of it. */
  readonly kind: 'test' | 'happened' | 'told' | 'missed';
  readonly rule: string | null;
  readonly target: string | null;
  readonly state: string | null;
  readonly reason: string | null;
  readonly text: string;
  /** The numbers of the guardrail that decided, if any. */
  readonly figures: JsonObject;
}

export interface Decided {
  readonly verdict: (typeof VERDICTS)[number];
  /** What each guardrail answered; empty where none was asked. */
  readonly guards: readonly JsonObject[];
}

/** What happened in a test so far. */
export interface Story extends Watcher {
  readonly lines: readonly Line[];
  /** The last decision about an incident. */
  decided(incidentId: string): Decided | undefined;
  /** How often people were told, by incident. */
  told(incidentId: string, topic: 'page' | 'ask'): number;
  /** What the last answer of somebody to an incident came to. */
  readonly answered: Map<string, Answered>;
  add(line: Pick<Line, 'at' | 'kind' | 'text'>): void;
}

const NEWS = { page: 'A person is paged', ask: 'People are asked' } as const;

export function createStory(start: Time): Story {
  const lines: Line[] = [];
  const decisions = new Map<string, Decided>();
  const told = new Map<string, number>();

  return {
    lines,
    answered: new Map(),
    decided: (id) => decisions.get(id),
    told: (id, topic) => told.get(`${id} ${topic}`) ?? 0,
    add: ({ at, kind, text }) =>
      void lines.push({ at, kind, text, rule: null, target: null, state: null, reason: null, figures: {} }),
    onChange({ after, entries, owed }: Change, now) {
      for (const { reason, summary, data } of entries)
        lines.push({
          ...of(after, now),
          kind: 'happened',
          reason: reason ?? after.reason,
          text: summary,
          figures: figuresOf(data),
        });
      for (const due of owed) {
        if (due.kind !== 'tell' || (due.topic !== 'page' && due.topic !== 'ask')) continue;
        const key = `${after.id} ${due.topic}`;
        told.set(key, (told.get(key) ?? 0) + 1);
        lines.push({ ...of(after, now), kind: 'told', reason: after.reason, text: NEWS[due.topic], figures: {} });
      }
    },
    onVerdict(incident, { event, entry }: Verdict) {
      const verdict = verdictWord(event.type);
      const { guards } = entry.data;
      if (verdict !== undefined)
        decisions.set(incident.id, { verdict, guards: Array.isArray(guards) ? (guards as JsonObject[]) : [] });
    },
  };

  function of(after: Incident, now: Time) {
    return { at: now - start, rule: after.rule, target: targetKey(after.target), state: after.state };
  }
}

/** The numbers of the first guardrail that said no. */
function figuresOf({ guards }: JsonObject): JsonObject {
  if (!Array.isArray(guards)) return {};
  const no = (guards as JsonObject[]).find(({ ok }) => ok === false);
  return typeof no?.numbers === 'object' && no.numbers !== null ? (no.numbers as JsonObject) : {};
}
