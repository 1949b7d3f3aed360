import { ToolRefusal } from '../error.ts';

/** How one queue is addressed: as the library takes it, and as its keys are named. */
export interface QueueName {
  /** The name as everybody calls it, colons and all. */
  readonly full: string;
  readonly prefix: string;
  readonly name: string;
  key(type: string): string;
  /** Whether a connection of this name is a worker of the queue. */
  isWorker(connection: string): boolean;
}

/**
 * BullMQ refuses names with colons since 5.12.12, but it only joins prefix and name: split at the last colon, the keys
 * are the same byte for byte.
 *
 * @throws ToolRefusal for what is no name of one queue.
 */
export function queueName(prefix: string, full: string): QueueName {
  if (!/^[\w.@-]+(?::[\w.@-]+)*$/.test(full) || full.length > 200) throw new ToolRefusal(`'${full}' is no queue name`);
  const last = full.lastIndexOf(':');
  const connections = connectionNames(prefix, full);
  return {
    full,
    prefix: last < 0 ? prefix : `${prefix}:${full.slice(0, last)}`,
    name: full.slice(last + 1),
    key: (type) => `${prefix}:${full}:${type}`,
    isWorker: (connection) => connections.some((one) => connection === one || connection.startsWith(`${one}:w:`)),
  };
}

/** Workers name their connection by prefix and name. Which colon their own prefix ends at is the application's choice. */
function connectionNames(prefix: string, full: string): readonly string[] {
  const parts = full.split(':');
  return parts.map((_, i) => {
    const own = parts.slice(i).join(':');
    return `${[prefix, ...parts.slice(0, i)].join(':')}:${Buffer.from(own).toString('base64')}`;
  });
}
