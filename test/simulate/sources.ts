import type { Alert } from '../../src/domain/alert.ts';
import type { Time } from '../../src/domain/time.ts';
import { ALERTS, THINGS } from './rules.ts';
import type { World } from './world.ts';

/** A delivery on its way. */
export interface Message {
  readonly id: number;
  readonly alert: Alert;
  /** Which change of the alert it tells of. */
  readonly change: number;
}

interface Identity {
  readonly source: Alert['source'];
  readonly name: string;
  readonly thing: string;
  firing: boolean;
  startsAt: Time;
  endsAt: Time | null;
  change: number;
  /** Whether the last change was answered 2xx. */
  heard: boolean;
}

/** The monitoring: tells of every change until it is answered 2xx, and of what still fires now and again. */
export class Sources {
  network: Message[] = [];
  readonly #identities: readonly Identity[];
  #messages = 0;

  constructor() {
    const of = (source: Alert['source'], name: string, thing: string): Identity => {
      return { source, name, thing, firing: false, startsAt: 0, endsAt: null, change: 0, heard: true };
    };
    this.#identities = [
      ...ALERTS.flatMap((name) => THINGS.map((thing) => of('alertmanager', name, thing))),
      // A second monitoring tells of one of them too.
      of('signoz', 'thing:broken', THINGS[0]),
      of('event', 'power:down', 'mains'),
    ];
  }

  /** Looks at the world, and tells of what has changed. */
  look(world: World, now: Time): void {
    for (const one of this.#identities) {
      const firing = one.name === 'power:down' ? world.powerDown : world.has(one.name, one.thing);
      if (firing === one.firing) continue;
      one.firing = firing;
      if (firing) Object.assign(one, { startsAt: now, endsAt: null });
      else one.endsAt = now;
      one.change += 1;
      one.heard = false;
      this.#send(one);
    }
  }

  /** Tells again of what nobody answered, and of what fires. */
  repeat(): void {
    for (const one of this.#identities) if (!one.heard || one.firing) this.#send(one);
  }

  answered(message: Message): void {
    const { source, name, labels } = message.alert;
    const one = this.#identities.find((i) => i.source === source && i.name === name && i.thing === labels.thing);
    if (one !== undefined && one.change === message.change) one.heard = true;
  }

  lose(n: number): Message | undefined {
    return this.network.length === 0 ? undefined : this.network.splice(n % this.network.length, 1)[0];
  }

  double(n: number): Message | undefined {
    const message = this.network[n % Math.max(1, this.network.length)];
    if (message === undefined) return undefined;
    this.#messages += 1;
    this.network.push({ ...message, id: this.#messages });
    return message;
  }

  /** Each alert with whether it really fires. */
  truth(): readonly { readonly key: string; readonly firing: boolean }[] {
    return this.#identities.map((one) => ({ key: `${one.source}/${fingerprint(one)}`, firing: one.firing }));
  }

  #send(one: Identity): void {
    this.#messages += 1;
    const { source, name, thing, firing, startsAt, endsAt, change } = one;
    const alert: Alert = {
      source,
      fingerprint: fingerprint(one),
      status: firing ? 'firing' : 'resolved',
      name,
      labels: { alertname: name, thing },
      annotations: {},
      severity: name === 'thing:slow' ? 'high' : 'medium',
      startsAt,
      endsAt,
      generatorUrl: null,
      test: null,
      note: null,
    };
    this.network.push({ id: this.#messages, alert, change });
  }
}

function fingerprint({ name, thing }: Pick<Identity, 'name' | 'thing'>): string {
  return `${name} ${thing}`;
}
