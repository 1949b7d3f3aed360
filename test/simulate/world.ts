import type { Json } from '../../src/domain/json.ts';
import type { CallKind } from './remediations.ts';
import { ALERTS, THINGS } from './rules.ts';

/** How a thing answers to what is done to it. */
export const MOODS = ['fine', 'refuses', 'loses answers', 'hangs', 'strange', 'busy'] as const;

export type Mood = (typeof MOODS)[number];

/** What can help; the last step of that remediation does. */
export const CURES = ['things/mend', 'things/replace', 'things/rewire', 'nothing'] as const;

const LAST_STEP: Readonly<Record<string, string>> = {
  'things/mend': 'tidy',
  'things/replace': 'swap',
  'things/rewire': 'join',
};

/** A call that is on its way. It lands whatever becomes of the process that sent it. */
export interface Call {
  readonly kind: CallKind;
  readonly thing: string;
  readonly runId: string;
  readonly remediation: string;
  readonly step: string;
  readonly key: string;
  answer(result: Json | Error): void;
}

export interface Trouble {
  readonly alert: string;
  readonly thing: string;
  readonly cure: (typeof CURES)[number];
}

/** What is healed: things, their troubles, and the calls that are on their way to them. */
export class World {
  readonly moods = new Map<string, Mood>(THINGS.map((thing) => [thing, 'fine']));
  readonly calls: Call[] = [];
  /** Steps that took effect, by run and step, with how often. */
  readonly landed = new Map<string, number>();
  /** Whether somebody can count the things. */
  countable = true;
  channelUp = true;
  powerDown = false;
  #troubles: Trouble[] = [];
  readonly #onChange: () => void;

  /** @param onChange called when a trouble begins or ends */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  begin(trouble: Trouble): void {
    const others = this.#troubles.filter(({ alert, thing }) => alert !== trouble.alert || thing !== trouble.thing);
    this.#troubles = [...others, trouble];
    this.#onChange();
  }

  end(alert: string, thing: string): void {
    this.#troubles = this.#troubles.filter((one) => one.alert !== alert || one.thing !== thing);
    this.#onChange();
  }

  troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  has(alert: string, thing: string): boolean {
    return this.#troubles.some((one) => one.alert === alert && one.thing === thing);
  }

  isWell(thing: string): boolean {
    return ALERTS.every((alert) => !this.has(alert, thing));
  }

  canLand({ thing }: Call): boolean {
    return this.moods.get(thing) !== 'hangs';
  }

  land(call: Call): void {
    this.calls.splice(this.calls.indexOf(call), 1);
    call.answer(this.#effect(call));
  }

  #effect(call: Call): Json | Error {
    const { kind, thing, key } = call;
    const mood = this.moods.get(thing) ?? 'fine';
    if (kind === 'look') {
      if (mood === 'strange' || mood === 'busy') return mood;
      return this.isWell(thing) ? 'well' : 'sick';
    }
    if (kind === 'landed') return this.landed.has(key) ? 'landed' : 'not landed';
    if (mood === 'refuses') return new Error(`${thing} refuses`);
    if (kind === 'undo') this.landed.delete(key);
    else this.#do(call);
    return mood === 'loses answers' ? new Error(`the answer of ${thing} was lost`) : 'done';
  }

  #do({ key, step, thing, remediation }: Call): void {
    this.landed.set(key, (this.landed.get(key) ?? 0) + 1);
    if (LAST_STEP[remediation] !== step) return;
    const before = this.#troubles.length;
    this.#troubles = this.#troubles.filter((one) => one.thing !== thing || one.cure !== remediation);
    if (this.#troubles.length !== before) this.#onChange();
  }
}
