import type { Fate } from '../partly.ts';
import type { Attachment } from '../remark.ts';
import type { Rendered } from './render.ts';

/** A message as it goes to one way of posting mail. */
export interface Letter extends Rendered {
  readonly from: string;
  readonly to: readonly string[];
  /** With its angle brackets; the same for every attempt. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole message, for services that know one. */
  readonly idempotencyKey: string;
  readonly urgent: boolean;
  /** Null where nothing is attached. */
  readonly file: Attachment | null;
}

/** Posts a letter. Never throws: each recipient has a fate. */
export type Post = (letter: Letter, signal: AbortSignal) => Promise<readonly (readonly [string, Fate])[]>;

/** The same fate for everybody. */
export function forAll({ to }: Pick<Letter, 'to'>, fate: Fate): readonly (readonly [string, Fate])[] {
  return to.map((one) => [one, fate] as const);
}
