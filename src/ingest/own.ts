import type { Alert } from '../domain/alert.ts';
import { newId } from '../domain/id.ts';
import type { ReceiveParts } from './receive.ts';

/** Brings alerts of the daemon itself in. When it resolves they are stored; telling them once more changes nothing. */
export type TellOwn = (alerts: readonly Alert[]) => Promise<void>;

export function tellOwn({ clock, metrics, store }: Pick<ReceiveParts, 'clock' | 'metrics' | 'store'>): TellOwn {
  return async (alerts) => {
    if (alerts.length === 0) return;
    const receivedAt = clock.now();
    const webhook = { id: newId('wh', receivedAt), receivedAt, source: 'remedyd', body: JSON.stringify(alerts) };
    const receipt = await store({ webhook: { ...webhook, alerts: alerts.length, rejected: null, faults: [] }, alerts });
    for (const meaning of receipt) metrics.alerts.inc({ source: 'remedyd', meaning });
  };
}
