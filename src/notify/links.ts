import { redactText } from '../domain/redact.ts';
import { cleanLine } from './say/clean.ts';
import type { IncidentView } from './view.ts';

/** The longest URL that Slack and PagerDuty both take with room to spare. */
const LONGEST = 600;

/**
 * The runbook of the rule, else the one that the alert itself names. A relative path of the rule becomes a URL where a
 * base is known and stays a path where none is. What an alert names must be a URL, because it is a stranger's word.
 */
export function runbookOf(view: Pick<IncidentView, 'rule' | 'alerts' | 'runbookBaseUrl'>): string | null {
  const own = view.rule?.runbook;
  if (own) {
    const base = view.runbookBaseUrl;
    return (
      safeUrl(own) ??
      (base === null ? cleanLine(own, 300) : safeUrl(`${base.replace(/\/$/, '')}/${own.replace(/^\//, '')}`))
    );
  }
  for (const alert of view.alerts) {
    const url = safeUrl(alert.annotations.runbook_url ?? alert.annotations.runbook ?? '');
    if (url !== null) return url;
  }
  return null;
}

/** The incident as the API shows it to people who are let in, or null where nobody said where that is. */
export function statusOf({ statusBaseUrl, incident }: IncidentView): string | null {
  return statusUrl(statusBaseUrl, incident.id);
}

/** The same, by id. */
export function statusUrl(base: string | null, id: string): string | null {
  return base === null ? null : safeUrl(`${base.replace(/\/$/, '')}/api/incidents/${encodeURIComponent(id)}`);
}

/**
 * An http or https URL without credentials and without the characters with which a link could be left in Slack's
 * markup; null for everything else (`javascript:`, half a URL, a novel).
 */
export function safeUrl(text: string): string | null {
  if (text.length > LONGEST || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  url.username = '';
  url.password = '';
  return redactText(url.href).replace(/[|<>"'`\s]/g, encodeURIComponent);
}
