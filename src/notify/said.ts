import type { Secret } from '../config/secret.ts';
import { REDACTED } from '../domain/redact.ts';
import { cleanLine } from './say/clean.ts';

/** Fields in which services say what is wrong, and in which order they are told. */
const CAUSES = ['name', 'code', 'message', 'error', 'errors'];

/**
 * The other side's own words on a refusal, to be put behind our own: empty, or ` : …`. A refusal names its causes in JSON;
 * anything else is shown as it came. What we sent may come back in it, so our own secrets are taken out by their value.
 */
export function said(text: string, secrets: readonly Secret[] = []): string {
  const safe = conceal(text, secrets);
  if (safe.trim() === '') return '';
  const fields = fieldsOf(safe);
  const causes = CAUSES.flatMap((name) => fields?.[name] ?? []).filter((one) => /^(string|number)$/.test(typeof one));
  return causes.length > 0 ? `: ${cleanLine(causes.join('; '), 300)}` : `: ${cleanLine(safe, 100)}`;
}

/** The fields of a JSON object; null for everything else. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Not JSON: a proxy on the way, most likely.
    return null;
  }
}

/** Takes these very secrets out of a text, wherever they stand in it and whatever they look like. */
export function conceal(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, one) => (one.missing ? rest : rest.replaceAll(one.reveal(), REDACTED)), text);
}
