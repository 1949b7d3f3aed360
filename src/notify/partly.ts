import type { JsonObject } from '../domain/json.ts';
import type { Millis } from '../domain/time.ts';
import type { Delivery } from './channel.ts';

/** What became of one recipient of a message. */
export type Fate =
  | { readonly kind: 'taken'; readonly said: string }
  | { readonly kind: 'later'; readonly after: Millis | null; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

/** What earlier attempts of one message came to, by recipient. It travels in the channel's `ref`. */
export interface Part {
  readonly key: string;
  readonly taken: readonly string[];
  /** Recipient and reason. */
  readonly refused: readonly (readonly [string, string])[];
}

/** Reads the part of a `ref` that belongs to this message; an empty one where it is another message's or not ours. */
export function readPart(ref: JsonObject | null, key: string): Part {
  const part = ref?.part as JsonObject | undefined;
  const fresh = { key, taken: [], refused: [] };
  if (part === undefined || part === null || part.key !== key) return fresh;
  if (!Array.isArray(part.taken) || !Array.isArray(part.refused)) return fresh;
  const refused = part.refused.flatMap((one) =>
    Array.isArray(one) ? [[String(one[0]), String(one[1])] as const] : [],
  );
  return { key, taken: part.taken.map(String), refused };
}

/** Those who have had neither the message nor a refusal. */
export function stillOwed(all: readonly string[], { taken, refused }: Part): readonly string[] {
  return all.filter((one) => !taken.includes(one) && !refused.some(([name]) => name === one));
}

/**
 * What the fates of all recipients mean for the message: taken if one has it and no other may still get it, refused if
 * nobody ever will, else to be tried again for those who are left.
 *
 * @param ref what the next message needs, whatever becomes of this one.
 * @param name how a recipient is told of in the history.
 */
export function settleParts(
  before: Part,
  fates: readonly (readonly [string, Fate])[],
  ref: JsonObject,
  name: (recipient: string) => string,
): Delivery {
  const of = <K extends Fate['kind']>(kind: K) =>
    fates.flatMap(([who, fate]) => (fate.kind === kind ? [[who, fate as Extract<Fate, { kind: K }>] as const] : []));
  const taken = [...before.taken, ...of('taken').map(([who]) => who)];
  const refused = [...before.refused, ...of('refused').map(([who, { why }]) => [who, why] as const)];
  const whys = (list: readonly (readonly [string, string])[]) => list.map(([who, why]) => `${name(who)}: ${why}`);
  const later = of('later');
  if (later.length > 0) {
    const after = later.reduce<Millis | null>(
      (most, [, fate]) => (fate.after === null ? most : Math.max(most ?? 0, fate.after)),
      null,
    );
    const why = [...new Set(later.map(([, fate]) => fate.why))].join('; ');
    const part = { key: before.key, taken: [...taken], refused: refused.map((one) => [...one]) };
    return { kind: 'retry', after, why, ...(taken.length + refused.length > 0 ? { ref: { ...ref, part } } : {}) };
  }
  if (taken.length === 0) return { kind: 'rejected', why: [...new Set(refused.map(([, why]) => why))].join('; ') };
  const said = of('taken').map(([, fate]) => fate.said);
  return {
    kind: 'sent',
    ref,
    ...(said.length === 0 ? {} : { said: [...new Set(said)].join('; ') }),
    ...(refused.length === 0 ? {} : { note: `not for ${whys(refused).join('; ')}` }),
  };
}
