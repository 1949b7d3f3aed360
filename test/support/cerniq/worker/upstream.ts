import type { Source } from '../names.ts';
import type { Shop } from './shop.ts';

/** Whether the source's own health check says yes within a second. */
export async function sourceAnswers(shop: Shop, source: Source): Promise<boolean> {
  try {
    return (await fetch(`${shop.upstreams[source]}/health`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}

/** Asks the source about a company. @throws when it does not answer, or not with 2xx. */
export async function lookUp(shop: Shop, source: Source, cui: string): Promise<void> {
  const url = `${shop.upstreams[source]}/v1/company/${encodeURIComponent(cui)}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${source} answered ${answer.status}`);
}
