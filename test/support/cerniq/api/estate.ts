import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { Phones } from '../phones.ts';
import type { Pm2 } from '../pm2.ts';
import type { Queues } from '../queues.ts';

/** All that the API acts on. */
export interface Estate {
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly phones: Phones;
  /** Undefined in a world without workers. */
  readonly pm2: Pm2 | undefined;
  /** What else Cerniq depends on. */
  readonly dependencies: { llm: boolean; graph: boolean };
}
