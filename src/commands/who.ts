import { hostname, userInfo } from 'node:os';

/** Who gives a command, for the record: `anna@bastion`. */
export function who(): string {
  return `${userInfo().username}@${hostname()}`;
}
