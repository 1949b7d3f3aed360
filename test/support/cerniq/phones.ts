import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { FakeTimelinesAi } from '../fakes/timelines-ai/timelines-ai.ts';
import { controlChannel, KEYS, today } from './names.ts';

export type PhoneStatus = 'ACTIVE' | 'OFFLINE' | 'PAUSED' | 'BANNED' | 'RECONNECTING';

export interface Phone {
  readonly id: string;
  readonly label: string;
  readonly phoneNumber: string;
  readonly status: PhoneStatus;
  readonly statusChangedAt: string;
  readonly isEnabled: boolean;
  readonly timelinesaiAccountId: string;
  /** It came back, but nobody told it to send again. */
  readonly sendingPaused: boolean;
  readonly quota: { readonly used: number; readonly limit: number };
}

/** A refusal that the API passes on. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The fleet: its rows are in Postgres, what the workers look at is in Redis, what is true is at TimelinesAI. */
export interface Phones {
  list(): Promise<readonly Phone[]>;
  get(id: string): Promise<Phone>;
  setStatus(id: string, status: PhoneStatus): Promise<void>;
  setHeld(id: string, held: boolean): Promise<void>;
  /** Answers at once; the phone is ACTIVE a little later. */
  reconnect(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Looks at TimelinesAI and writes down what it says. */
  check(id: string): Promise<PhoneStatus>;
  /** Until no reconnect is under way any more. */
  settle(): Promise<void>;
}

export function openPhones(world: {
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly timelinesAi: FakeTimelinesAi;
  readonly apiKey: string;
  /** How long a reconnect takes, in milliseconds. */
  readonly reconnectTakes: number;
}): Phones {
  const { pool, redis, timelinesAi } = world;
  const underWay = new Set<Promise<void>>();

  async function list(id?: string): Promise<readonly Phone[]> {
    const { rows } = await pool.query('SELECT * FROM wa_phone_numbers WHERE $1::text IS NULL OR id = $1 ORDER BY id', [
      id,
    ]);
    const held = await redis.smembers(KEYS.heldPhones);
    return await Promise.all(
      rows.map(async (row) => ({
        id: row.id,
        label: row.phone_label,
        phoneNumber: row.phone_number,
        status: row.status,
        statusChangedAt: row.status_changed_at.toISOString(),
        isEnabled: row.is_enabled,
        timelinesaiAccountId: row.timelinesai_account_id,
        sendingPaused: held.includes(row.id),
        quota: { used: Number((await redis.get(KEYS.quota(row.id, today()))) ?? 0), limit: row.daily_quota_limit },
      })),
    );
  }
  async function get(id: string): Promise<Phone> {
    const [phone] = await list(id);
    if (phone === undefined) throw new Refused(404, 'PHONE_NOT_FOUND', `There is no phone ${id}`);
    return phone;
  }
  const tellWorkers = () => redis.publish(controlChannel(redis.options.db ?? 0), 'phones');
  async function setStatus(id: string, status: PhoneStatus): Promise<void> {
    await pool.query(
      'UPDATE wa_phone_numbers SET status = $2, status_changed_at = now() WHERE id = $1 AND status <> $2',
      [id, status],
    );
    await redis.set(KEYS.status(id), status);
    await tellWorkers();
  }
  async function setHeld(id: string, held: boolean): Promise<void> {
    if (held) await redis.sadd(KEYS.heldPhones, id);
    else await redis.srem(KEYS.heldPhones, id);
    await tellWorkers();
  }
  /** @throws Refused 502 when the vendor does not answer. */
  async function account({ timelinesaiAccountId }: Phone): Promise<string> {
    const url = `${timelinesAi.url}/v1/accounts/${timelinesaiAccountId}/status`;
    const headers = { authorization: `Bearer ${world.apiKey}` };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.status === 403) return 'banned';
    if (!answer?.ok) throw new Refused(502, 'TIMELINESAI_UNAVAILABLE', 'TimelinesAI does not answer');
    return ((await answer.json()) as { data: { status: string } }).data.status;
  }

  return {
    list: () => list(),
    get,
    setStatus,
    setHeld,
    async reconnect(id) {
      const phone = await get(id);
      const state = phone.status === 'BANNED' ? 'banned' : await account(phone);
      if (state === 'banned') throw new Refused(409, 'PHONE_BANNED', `${id} is banned and must not be reconnected`);
      if (state === 'qr_required') {
        throw new Refused(409, 'QR_REQUIRED', 'Scan the QR code in the TimelinesAI dashboard with the physical phone');
      }
      if (phone.status === 'ACTIVE') return;
      await setStatus(id, 'RECONNECTING');
      const done = new Promise<void>((resolve) => setTimeout(resolve, world.reconnectTakes)).then(async () => {
        // It may have dropped again, or been banned, in between.
        if ((await get(id)).status !== 'RECONNECTING') return;
        timelinesAi.set(phone.timelinesaiAccountId, 'connected');
        await setStatus(id, 'ACTIVE');
      });
      const watched = done.catch(() => undefined).finally(() => underWay.delete(watched));
      underWay.add(watched);
    },
    async resume(id) {
      const phone = await get(id);
      if (phone.status === 'PAUSED' && (await account(phone)) === 'connected') await setStatus(id, 'ACTIVE');
      const { status } = await get(id);
      if (status !== 'ACTIVE') throw new Refused(409, 'PHONE_NOT_ACTIVE', `${id} is ${status} and cannot send`);
      await setHeld(id, false);
    },
    async check(id) {
      const phone = await get(id);
      const state = await account(phone);
      const found = state === 'connected' ? phone.status : state === 'banned' ? 'BANNED' : 'OFFLINE';
      if (found !== phone.status) await setStatus(id, found);
      return found;
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}
