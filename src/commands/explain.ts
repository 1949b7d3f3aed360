import { readFile } from 'node:fs/promises';
import { windowsOf } from '../config/schema.ts';
import type { Explanation } from '../decide/explain.ts';
import { printExplanation } from '../decide/say-why.ts';
import { type ExplainParts, explainNow } from '../decide/why.ts';
import type { Alert } from '../domain/alert.ts';
import { hasEnded } from '../domain/incident.ts';
import { systemClock } from '../domain/time.ts';
import { explainParts, openCanaries } from '../explaining.ts';
import { openEpisode } from '../ingest/episode.ts';
import { openerFor } from '../ingest/opener.ts';
import { openIncident } from '../ingest/opening.ts';
import { guessSource } from '../ingest/sources/guess.ts';
import { parseWebhook } from '../ingest/sources/parse.ts';
import { WEBHOOK_SOURCES, type WebhookSource } from '../ingest/sources/parsed.ts';
import { loadRemediations } from '../remediation/registry.ts';
import { explainRules, type RuleAnswer } from '../rules/explain.ts';
import { loadRulebook } from '../rules/load.ts';
import { StartFault } from '../settle.ts';
import type { Db } from '../store/db.ts';
import type { FactsLedger } from '../store/ledger.ts';
import { listIncidents } from '../store/listing.ts';
import { createMemoryLedger } from '../store/memory/memory-ledger.ts';
import { postgresLedger } from '../store/postgres-ledger.ts';
import { beside, configured } from './beside.ts';

export interface ExplainOptions {
  readonly source?: string;
  readonly json?: boolean;
}

interface Explained {
  readonly alert: Pick<Alert, 'source' | 'name' | 'status' | 'labels'>;
  readonly rules: readonly RuleAnswer[];
  /** The open incident that the alert would join; null where it would open one. */
  readonly joins: string | null;
  /** Null for an alert that is resolved: nothing is decided about it. */
  readonly decision: Explanation | null;
}

/**
 * Says what would become of a webhook's alerts: what each rule says to each, each guardrail's answer, the verdict, and what
 * would have to be otherwise. Changes nothing. Exit code 1 where the payload or the rules cannot be read.
 */
export async function explain(file: string, options: ExplainOptions): Promise<0 | 1 | 2> {
  const { source } = options;
  if (source !== undefined && !WEBHOOK_SOURCES.some((one) => one === source))
    return fault(`'${source}' is no source; use one of ${WEBHOOK_SOURCES.join(', ')}`, 2);
  let body: unknown;
  try {
    body = JSON.parse(await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  } catch (error) {
    return fault(`${file} cannot be read: ${(error as Error).message}`, 1);
  }
  const sender = (source as WebhookSource | undefined) ?? guessSource(body);
  const parsed = parseWebhook(sender, body, systemClock.now());
  if (parsed.kind === 'unknown') return fault(`${file} is no payload of ${sender}: ${parsed.reason}`, 1);
  const config = await configured();
  const remediations = await loadRemediations(config.remediations);
  const loaded = await loadRulebook(config.rules, remediations, windowsOf(config));
  if ('faults' in loaded) return fault('the rules are faulty; remedyd check says where', 1);

  const canaries = openCanaries(config, systemClock, new AbortController().signal);
  const all = async (db: Db | null) => {
    const parts = await explainParts(config, systemClock, remediations, () => loaded.rulebook, db, canaries);
    const ledger: FactsLedger = db === null ? createMemoryLedger() : postgresLedger(db);
    const open = openerFor(loaded.rulebook, remediations, config.escalate_after);
    return Promise.all(parsed.alerts.map((alert) => explainOne(alert, parts, ledger, db, open)));
  };
  let history: string | null = null;
  const explained = await beside((db) => all(db)).catch((error: Error) => {
    // Without a database it is explained as if nothing had ever happened; an error of our own would come again.
    history = error instanceof StartFault ? 'no service runs here' : error.message;
    return all(null);
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ source: sender, history: history === null, alerts: explained })}\n`);
    return 0;
  }
  const head =
    history === null ? [] : [`Without history (${history}): guardrails answer as if nothing had happened yet.`, ''];
  const faults = parsed.faults.map((one) => `Left out, ${one}`);
  process.stdout.write(`${[...head, ...explained.flatMap(sayOne), ...faults].join('\n').trimEnd()}\n`);
  return 0;
}

async function explainOne(
  alert: Alert,
  parts: ExplainParts,
  ledger: FactsLedger,
  db: Db | null,
  open: ReturnType<typeof openerFor>,
): Promise<Explained> {
  const now = systemClock.now();
  const opening = open(alert);
  const target = `${opening.target.kind}:${opening.target.id}`;
  const filter = { states: [], open: true, rule: opening.rule, target, limit: 1, after: null };
  const [standing] = db === null ? [] : (await listIncidents(db, filter)).incidents;
  const incident = openIncident('inc-explained', opening, null, now);
  const one = { incident, episodes: [openEpisode(alert, now)], approval: undefined };
  return {
    alert: { source: alert.source, name: alert.name, status: alert.status, labels: alert.labels },
    rules: explainRules(parts.rulebook(), alert),
    joins: standing !== undefined && !hasEnded(standing) ? standing.id : null,
    decision: alert.status === 'resolved' ? null : await explainNow(ledger, parts, one),
  };
}

/** As many near misses as help; `--json` has all of them. */
const NEAREST = 3;

function sayOne({ alert, rules, joins, decision }: Explained): string[] {
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const matching = rules.filter(({ matches }) => matches);
  const missing = rules.filter(({ matches }) => !matches);
  const near = matching.length > 0 ? missing.slice(0, 1) : missing.slice(0, NEAREST);
  const rest = missing.length - near.length;
  const name = (answer: RuleAnswer) =>
    `${answer.rule} (${answer.origin}, priority ${answer.priority}, mode ${answer.mode})`;
  return [
    `${alert.name} ${alert.status} from ${alert.source}: ${labels.join(' ')}`,
    ...matching.map((answer) => `  matches  ${name(answer)}`),
    ...near.map((answer) => `  no       ${answer.rule}: ${answer.mismatch}`),
    ...(rest === 0 ? [] : [`  no       ${rest} more rules; --json lists them`]),
    ...(joins === null ? [] : [`It would join the open incident ${joins} (remedyd why ${joins}). If it opened one:`]),
    ...(decision === null ? ['It is resolved: nothing is decided about it.'] : printExplanation(decision)),
    '',
  ];
}

function fault(why: string, code: 1 | 2): 1 | 2 {
  process.stderr.write(`error: ${why}\n`);
  return code;
}
