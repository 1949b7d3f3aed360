import type { Redis } from 'ioredis';
import type { Source } from '../names.ts';

/** What a worker works with. */
export interface Shop {
  readonly redis: Redis;
  readonly databaseUrl: string;
  readonly upstreams: Readonly<Record<Source, string>>;
}
