import type { Fake } from '../fakes/fake.ts';
import type { FakeTimelinesAi } from '../fakes/timelines-ai/timelines-ai.ts';
import type { Estate } from './api/estate.ts';
import type { Mischief } from './api/mischief.ts';
import { controlChannel, KEYS, type Service, type Source, USERS, type WorkerFault } from './names.ts';

/** Undoes a fault, as if it had never been there; healing by the right means works without it. */
export type WayBack = () => Promise<void>;

/** `sticky` outlives the restart that would heal it. */
export interface Stickiness {
  readonly sticky?: boolean;
}

export interface CerniqFaults {
  /** The phone is OFFLINE; a reconnect brings it back. */
  phoneDrops(phone: string): Promise<WayBack>;
  /** The phone is OFFLINE and only a person with the phone in hand brings it back. */
  phoneNeedsQr(phone: string): Promise<WayBack>;
  phoneBanned(phone: string): Promise<WayBack>;
  /** TimelinesAI answers nobody. */
  timelinesAiDown(): Promise<WayBack>;
  /** Jobs are taken and never end, though the process looks well. A restart heals. */
  workerHangs(service: Service, options?: Stickiness): Promise<WayBack>;
  /** The process falls over and stays down. A restart heals. */
  workerCrashes(service: Service, options?: Stickiness): Promise<WayBack>;
  /** Each job takes this long. A restart heals. */
  workerSlow(service: Service, options?: Stickiness & { readonly ms?: number }): Promise<WayBack>;
  /** The breaker is OPEN though the source answers. Deleting its keys heals. */
  circuitStuckOpen(source: Source): Promise<WayBack>;
  /** The source's limit is used up until then; jobs are delayed. It heals by itself. */
  rateLimited(source: Source, until: Date): Promise<WayBack>;
  /** Review tasks in `approval_tasks` past their deadline, assigned to nobody. Answers with their ids, too. */
  reviewsOverdue(
    count: number,
    options?: { readonly approvalType?: string; readonly priority?: string; readonly overdueMinutes?: number },
  ): Promise<{ readonly ids: readonly string[]; readonly back: WayBack }>;
  /** ANAF or Termene answers 503. The breaker opens, and closes by itself once the source is back. */
  upstreamDown(source: Source): Promise<WayBack>;
  llmDown(): Promise<WayBack>;
  graphDown(): Promise<WayBack>;
  /** The API answers 500 to what begins with this path, or to everything. */
  api500(path?: string): Promise<WayBack>;
  /** It never answers. */
  apiHangs(path?: string): Promise<WayBack>;
  /** It answers changing requests with success and changes nothing. */
  apiLies(path?: string): Promise<WayBack>;
}

export function cerniqFaults(
  estate: Estate & {
    readonly timelinesAi: FakeTimelinesAi;
    readonly upstreams: Readonly<Record<Source, Fake>>;
    readonly mischief: Mischief;
  },
): CerniqFaults {
  const { redis, pool, phones, timelinesAi, upstreams, dependencies, mischief } = estate;

  async function phone(id: string, account: 'disconnected' | 'qr_required' | 'banned'): Promise<WayBack> {
    const { timelinesaiAccountId } = await phones.get(id);
    timelinesAi.set(timelinesaiAccountId, account);
    await phones.setHeld(id, true);
    await phones.setStatus(id, account === 'banned' ? 'BANNED' : 'OFFLINE');
    return async () => {
      timelinesAi.set(timelinesaiAccountId, 'connected');
      await phones.setStatus(id, 'ACTIVE');
      await phones.setHeld(id, false);
    };
  }

  async function worker(
    service: Service,
    kind: WorkerFault['kind'],
    { sticky = false, ms = 1_000 } = {},
  ): Promise<WayBack> {
    const upToBoot = Number(await redis.hget(KEYS.boots, service));
    const fault: WorkerFault = { kind, upToBoot, sticky, ms };
    await redis.hset(KEYS.workerFaults, service, JSON.stringify(fault));
    await tellWorkers();
    return async () => {
      await redis.hdel(KEYS.workerFaults, service);
      // A hung or fallen process does not notice; only a restart gets rid of what it holds.
      if (kind !== 'slow') await estate.pm2?.run('restart', service, '--silent');
    };
  }
  const tellWorkers = () => redis.publish(controlChannel(redis.options.db ?? 0), 'faults');
  const api = async (kind: 'fails' | 'hangs' | 'lies', path?: string): Promise<WayBack> => {
    const back = mischief.set(kind, path);
    return async () => back();
  };

  return {
    phoneDrops: (id) => phone(id, 'disconnected'),
    phoneNeedsQr: (id) => phone(id, 'qr_required'),
    phoneBanned: (id) => phone(id, 'banned'),
    async timelinesAiDown() {
      timelinesAi.faults.unavailable();
      return () => timelinesAi.faults.clear();
    },
    workerHangs: (service, options) => worker(service, 'hang', options),
    workerCrashes: (service, options) => worker(service, 'crash', options),
    workerSlow: (service, options) => worker(service, 'slow', options),
    async circuitStuckOpen(source) {
      await redis.sadd(KEYS.stuckCircuits, source);
      await redis.mset(KEYS.circuit(source), 'OPEN', KEYS.failures(source), '5');
      return async () => {
        await redis.srem(KEYS.stuckCircuits, source);
        await redis.del(KEYS.circuit(source), KEYS.failures(source));
      };
    },
    async rateLimited(source, until) {
      await redis.set(KEYS.rateLimit(source), '0', 'PXAT', until.getTime());
      return async () => void (await redis.del(KEYS.rateLimit(source)));
    },
    async reviewsOverdue(count, { approvalType = 'dedup_review', priority = 'high', overdueMinutes = 30 } = {}) {
      const { rows } = await pool.query<{ id: string }>(
        `INSERT INTO approval_tasks (approval_type, priority, status, due_at, created_at)
         SELECT $2, $3, 'pending', now() - make_interval(mins => $4), now() - make_interval(mins => $4 + 240)
         FROM generate_series(1, $1) RETURNING id`,
        [count, approvalType, priority, overdueMinutes],
      );
      const ids = rows.map(({ id }) => id);
      const back = async () => {
        await pool.query(
          `UPDATE approval_tasks SET status = 'approved', decision = 'approve', decided_at = now(), assigned_to = $2
           WHERE id = ANY($1::uuid[])`,
          [ids, USERS.agent1.id],
        );
      };
      return { ids, back };
    },
    async upstreamDown(source) {
      upstreams[source].faults.unavailable();
      return () => upstreams[source].faults.clear();
    },
    async llmDown() {
      dependencies.llm = false;
      return async () => {
        dependencies.llm = true;
      };
    },
    async graphDown() {
      dependencies.graph = false;
      return async () => {
        dependencies.graph = true;
      };
    },
    api500: (path) => api('fails', path),
    apiHangs: (path) => api('hangs', path),
    apiLies: (path) => api('lies', path),
  };
}
