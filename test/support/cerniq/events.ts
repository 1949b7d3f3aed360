import type { FakeTimelinesAi } from '../fakes/timelines-ai/timelines-ai.ts';
import type { Estate } from './api/estate.ts';
import { QUEUES, serviceOf } from './names.ts';

/** What the application tells remedyd of itself. */
export interface AppEvent {
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface EventSettings {
  /** Without an address nothing is sent, only watched. */
  readonly url?: string;
  readonly token?: string;
  /** How often the world looks at itself, in milliseconds. */
  readonly every?: number;
  /** After how long what still fires is sent again, in milliseconds. */
  readonly repeatAfter?: number;
  /** More waiting jobs than this are a backlog. */
  readonly backlogAbove?: number;
  /** More failed jobs than this are an overflow. */
  readonly failedAbove?: number;
}

export interface Events {
  /** What fires now, by the last look. */
  firing(): readonly AppEvent[];
  /** Everything that was accepted by the other side, oldest first. */
  readonly delivered: readonly AppEvent[];
  /** Sends to this address from now on, first of all what fires and was told to nobody. */
  tell(url: string, token: string): void;
  stop(): Promise<void>;
}

type Condition = Omit<AppEvent, 'status'>;

/**
 * Watches the world and tells what begins and what ends, as it is and not as it was asked to be: an event resolves only
 * when the world is better. What the other side did not take is sent again with the next look.
 */
export function watchWorld(
  estate: Estate & { readonly timelinesAi: FakeTimelinesAi },
  settings: EventSettings,
): Events {
  const { every = 250, repeatAfter = 10_000 } = settings;
  let { url, token = '' } = settings;
  const firing = new Map<string, { readonly event: AppEvent; toldAt: number }>();
  const unsent = new Map<string, AppEvent>();
  const delivered: AppEvent[] = [];
  const cancel = new AbortController();

  async function look(): Promise<void> {
    const seen = new Map((await conditions(estate, settings)).map((one) => [keyOf(one), one]));
    for (const [key, condition] of seen) {
      const known = firing.get(key);
      if (known !== undefined && performance.now() - known.toldAt < repeatAfter) continue;
      const event: AppEvent = { ...condition, status: 'firing' };
      firing.set(key, { event, toldAt: performance.now() });
      unsent.set(key, event);
    }
    for (const [key, { event }] of firing) {
      // Offline ends with being up. A phone that is being reconnected, or is paused, is not up.
      if (seen.has(key) || (await stillDown(estate, event))) continue;
      firing.delete(key);
      unsent.set(key, { ...event, status: 'resolved' });
    }
    await send();
  }
  async function send(): Promise<void> {
    if (url === undefined || unsent.size === 0) return;
    const batch = [...unsent];
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(batch.map(([, event]) => event)),
      signal: AbortSignal.any([cancel.signal, AbortSignal.timeout(5_000)]),
    });
    await answer.body?.cancel();
    if (!answer.ok) return;
    for (const [key, event] of batch) {
      if (unsent.get(key) === event) unsent.delete(key);
      delivered.push(event);
    }
  }
  async function watch(): Promise<void> {
    while (!cancel.signal.aborted) {
      // An outage of Redis or Postgres leaves the application unable to see itself; it looks again.
      await look().catch(() => undefined);
      await sleep(every, cancel.signal);
    }
  }
  const watching = watch();
  return {
    firing: () => [...firing.values()].map(({ event }) => event),
    delivered,
    tell(newUrl, newToken) {
      url = newUrl;
      token = newToken;
    },
    async stop() {
      cancel.abort();
      await watching;
    },
  };
}

async function conditions(
  { phones, queues, timelinesAi }: Estate & { readonly timelinesAi: FakeTimelinesAi },
  { backlogAbove = 50, failedAbove = 100 }: EventSettings,
): Promise<readonly Condition[]> {
  const found: Condition[] = [];
  for (const { id, label, status } of await phones.list()) {
    const labels = { phone_id: id };
    if (status === 'OFFLINE') {
      found.push({ name: 'phone:offline', severity: 'HIGH', labels, annotations: { summary: `${label} is offline` } });
    } else if (status === 'BANNED') {
      found.push({
        name: 'phone:banned',
        severity: 'CRITICAL',
        labels,
        annotations: { summary: `${label} is banned` },
      });
    }
  }
  for (const queue of QUEUES) {
    const { waiting, failed } = await queues.counts(queue);
    const service = serviceOf(queue);
    const labels = service === undefined ? { queue } : { queue, service };
    if (waiting > backlogAbove) {
      const annotations = { summary: `${waiting} jobs wait in ${queue}` };
      found.push({ name: 'queue:backlog', severity: 'MEDIUM', labels, annotations });
    }
    if (failed > failedAbove) {
      const annotations = { summary: `${failed} jobs failed in ${queue}` };
      found.push({ name: 'dlq:overflow', severity: 'HIGH', labels, annotations });
    }
  }
  if (!(await vendorAnswers(timelinesAi))) {
    const annotations = { summary: 'TimelinesAI does not answer' };
    found.push({ name: 'timelinesai:down', severity: 'CRITICAL', labels: { vendor: 'timelinesai' }, annotations });
  }
  return found;
}

async function stillDown({ phones }: Estate, { name, labels }: AppEvent): Promise<boolean> {
  if (name !== 'phone:offline') return false;
  const { status } = await phones.get(labels.phone_id ?? '');
  return status !== 'ACTIVE' && status !== 'BANNED';
}

/** Any answer but a server error; asking without a key keeps this out of the accounts' business. */
async function vendorAnswers({ url }: FakeTimelinesAi): Promise<boolean> {
  const answer = await fetch(`${url}/v1/accounts/none/status`, { signal: AbortSignal.timeout(1_000) }).catch(
    () => undefined,
  );
  await answer?.body?.cancel();
  return answer !== undefined && answer.status < 500;
}

function keyOf({ name, labels }: Condition): string {
  return JSON.stringify([name, labels]);
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
