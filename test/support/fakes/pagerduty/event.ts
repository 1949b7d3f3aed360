export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key?: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'critical' | 'error' | 'warning' | 'info';
    readonly timestamp?: string;
    readonly component?: string;
    readonly group?: string;
    readonly class?: string;
    readonly custom_details?: unknown;
  };
  readonly images?: readonly { readonly src: string; readonly href?: string; readonly alt?: string }[];
  readonly links?: readonly { readonly href: string; readonly text?: string }[];
  readonly client?: string;
  readonly client_url?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the Events API would say is wrong with this event; empty when nothing is. */
export function faultsOf(event: Fields, kind: 'alert' | 'change'): string[] {
  const faults: string[] = [];
  const need = (good: boolean, fault: string) => {
    if (!good) faults.push(fault);
  };
  const { routing_key, event_action, dedup_key, images = [], links = [] } = event;
  need(
    typeof routing_key === 'string' && routing_key.length === 32,
    "'routing_key' is missing or not 32 characters long",
  );
  const payload = isFields(event.payload) ? event.payload : undefined;
  if (kind === 'alert') {
    const known = ['trigger', 'acknowledge', 'resolve'].includes(String(event_action));
    need(known, "'event_action' must be one of trigger, acknowledge, resolve");
    const keyed = typeof dedup_key === 'string' && dedup_key !== '';
    need(keyed || event_action === 'trigger', `'dedup_key' is required for ${String(event_action)}`);
    need(!keyed || dedup_key.length <= 255, "'dedup_key' is longer than 255 characters");
  }
  if (kind === 'change' || event_action === 'trigger') {
    need(payload !== undefined, "'payload' is missing or not an object");
    need(isText(payload?.summary, 1_024), "'payload.summary' is missing, blank or longer than 1024 characters");
    need(kind === 'change' || isText(payload?.source, Infinity), "'payload.source' is missing or blank");
    const severities = ['critical', 'error', 'warning', 'info'];
    need(kind === 'change' || severities.includes(String(payload?.severity)), "'payload.severity' is not valid");
    const { timestamp } = payload ?? {};
    need(
      timestamp === undefined || !Number.isNaN(Date.parse(String(timestamp))),
      "'payload.timestamp' is no ISO 8601 time",
    );
  }
  need(Array.isArray(links) && links.every((one) => isText(one?.href, Infinity)), "'links' needs an 'href' in each");
  const secure = Array.isArray(images) && images.every((one) => String(one?.src).startsWith('https://'));
  need(secure, "'images' needs an https 'src' in each");
  return faults;
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
