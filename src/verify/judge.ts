import type { Verified } from '../domain/event.ts';
import type { Millis, Time } from '../domain/time.ts';

/** What verification remembers between two looks. */
export interface Progress {
  readonly since: Time;
  /** When the probe first was healthy without a break until now. */
  readonly healthySince: Time | null;
  /** When the probe was healthy and the alert gone for the first time. */
  readonly clearedAt: Time | null;
}

export interface Look {
  readonly now: Time;
  readonly healthy: boolean;
  readonly firing: boolean;
}

export interface Terms {
  /** How long the world gets to become healthy. */
  readonly within: Millis;
  readonly holdFor: Millis;
  /** How long a source may take to say that the alert is gone, once the world is healthy. */
  readonly resolveWithin: Millis;
  /** The run had found nothing to do, so there is nothing to wait for if the world is sick. */
  readonly noop: boolean;
}

export type Finding =
  | { readonly kind: 'wait'; readonly progress: Progress }
  | { readonly kind: 'cleared'; readonly progress: Progress }
  | { readonly kind: 'end'; readonly outcome: Verified; readonly progress: Progress };

/**
 * Judges one look at the world. Only a healthy probe *and* a gone alert, both for the whole hold time, count: a probe
 * alone would believe a service that is up and wrong, an alert alone a monitoring system that has gone blind.
 */
export function judge(before: Progress, look: Look, terms: Terms): Finding {
  const { now, healthy, firing } = look;
  const good = healthy && !firing;
  const progress: Progress = {
    since: before.since,
    healthySince: healthy ? (before.healthySince ?? now) : null,
    clearedAt: before.clearedAt ?? (good ? now : null),
  };
  const end = (outcome: Verified): Finding => ({ kind: 'end', outcome, progress });

  if (progress.clearedAt !== null) {
    if (!good) return end('recurred');
    if (now - progress.clearedAt >= terms.holdFor) return end(terms.noop ? 'noop' : 'held');
    return { kind: before.clearedAt === null ? 'cleared' : 'wait', progress };
  }
  if (progress.healthySince !== null) {
    return now - progress.healthySince >= terms.resolveWithin ? end('ineffective') : { kind: 'wait', progress };
  }
  if (terms.noop || now - before.since >= terms.within) return end('ineffective');
  return { kind: 'wait', progress };
}

/**
 * Takes new alerts on the target, or on what depends on it, into account. They are judged where verification ends, so that
 * one that comes and goes meanwhile, as while a service restarts, does not count. A success that they spoil gets as long as a
 * source may take to say that they are over; whatever else ends with them has made it worse. A run that found nothing to do
 * has changed nothing and cannot have.
 *
 * @param fresh how many such alerts fire now
 */
export function worsened(finding: Finding, now: Time, terms: Terms, fresh: number): Finding {
  if (fresh === 0 || finding.kind !== 'end' || finding.outcome === 'noop' || terms.noop) return finding;
  const { outcome, progress } = finding;
  const { holdFor, resolveWithin } = terms;
  const mayPass = outcome === 'held' && now - (progress.clearedAt ?? now) < holdFor + resolveWithin;
  return mayPass ? { kind: 'wait', progress } : { kind: 'end', outcome: 'worse', progress };
}
