import type { Alert } from '../../domain/alert.ts';
import type { Time } from '../../domain/time.ts';

const FIRING: readonly string[] = ['firing', 'alerting'];
const RESOLVED: readonly string[] = ['resolved', 'ok', 'inactive'];

/**
 * Whether an alert fires. Its own word counts; where it has none, its end does: an end that has passed is a resolve, as
 * Alertmanager itself reads it. The group's word is only a last resort: a group fires as soon as one of its alerts does,
 * but a group that is resolved has resolved alerts only.
 */
export function readStatus(
  given: unknown,
  ofGroup: unknown,
  endsAt: Time | null,
  now: Time,
): { readonly status: Alert['status']; readonly note: string | null } {
  const word = lower(given);
  if (FIRING.includes(word)) return { status: 'firing', note: null };
  if (RESOLVED.includes(word)) return { status: 'resolved', note: null };
  const over = endsAt === null ? RESOLVED.includes(lower(ofGroup)) : endsAt <= now;
  const status = over ? 'resolved' : 'firing';
  return {
    status,
    note: word === '' ? null : `its status '${word.slice(0, 40)}' is unknown and was taken for ${status}`,
  };
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}
