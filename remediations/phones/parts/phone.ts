import {
  type HttpAnswer,
  type Json,
  type PopulationContext,
  path,
  type StepContext,
  z,
} from '../../../src/remediation/index.ts';

/** As far as Cerniq's answer is relied on; older versions do not tell whether sending is paused. */
const Phone = z.object({ status: z.string(), sendingPaused: z.boolean().default(false) });

/** As a word of its own, with or without `_required` and the like behind it. */
const QR = /\bqr(?:[_ -]|\b)/i;

type Context = Pick<StepContext<unknown>, 'tools' | 'handOver'>;

export const INSTRUCTIONS = {
  banned: 'Do not reconnect it: report the ban to TimelinesAI support and move its leads (runbook: phone gets banned)',
  qr: 'Open the TimelinesAI dashboard, scan the QR code with the physical phone and wait 5 min for the sync',
} as const;

/**
 * The phone as Cerniq's API tells it.
 *
 * @throws Error where the API does not answer with a phone; hands over where it knows no such phone.
 */
export async function readPhone(ctx: Context, id: string): Promise<z.output<typeof Phone>> {
  const answer = await ctx.tools.api('cerniq').get(path`/api/v1/outreach/phones/${id}`);
  if (answer.status === 404) ctx.handOver(`Cerniq knows no phone '${id}'; check the label of the alert`);
  const phone = Phone.safeParse(answer.body);
  if (!answer.ok || !phone.success) throw new Error(`Cerniq answered ${answer.status} when asked for phone '${id}'`);
  return phone.data;
}

/** The phone's row; hands over where there is none. */
export async function readPhoneRow(
  ctx: Context,
  id: string,
): Promise<{ account: string; enabled: boolean; row: Json }> {
  const [row] = await ctx.tools.postgres.query(
    `SELECT id, phone_label, status, status_changed_at, timelinesai_account_id, is_enabled
     FROM wa_phone_numbers WHERE id::text = $1`,
    [id],
    { limit: 1 },
  );
  if (row === undefined) return ctx.handOver(`The table wa_phone_numbers has no phone '${id}'`);
  return { account: String(row.timelinesai_account_id), enabled: row.is_enabled !== false, row: { ...row } };
}

/** How many phones there are that are meant to send. */
export async function countPhones({ tools }: PopulationContext): Promise<number> {
  const [row] = await tools.postgres.query(
    'SELECT count(*)::int AS phones FROM wa_phone_numbers WHERE is_enabled IS NOT FALSE',
  );
  return Number(row?.phones);
}

/** What TimelinesAI says of the account. `unreachable` is no answer, or one that tells nothing. */
export async function readAccount(
  ctx: Context,
  account: string,
): Promise<'connected' | 'disconnected' | 'banned' | 'qr' | 'unreachable'> {
  let answer: HttpAnswer;
  try {
    answer = await ctx.tools.api('timelinesai').get(path`/v1/accounts/${account}/status`);
  } catch {
    return 'unreachable';
  }
  if (answer.status === 403 || mentions(answer.body, /banned|blocked/i)) return 'banned';
  if (!answer.ok) return 'unreachable';
  if (mentions(answer.body, QR)) return 'qr';
  return mentions(answer.body, /"connected"/i) ? 'connected' : 'disconnected';
}

/** Ends the run where Cerniq or TimelinesAI refuses because only a person can go on. */
export function refuseForPerson(ctx: Context, id: string, answer: HttpAnswer): void {
  if (mentions(answer.body, /banned|blocked/i)) ctx.handOver(`Phone '${id}' is banned. ${INSTRUCTIONS.banned}`);
  if (mentions(answer.body, QR)) ctx.handOver(`Phone '${id}' needs a QR scan. ${INSTRUCTIONS.qr}`);
}

function mentions(body: Json, words: RegExp): boolean {
  return words.test(JSON.stringify(body));
}
