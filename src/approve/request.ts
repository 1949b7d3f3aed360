import type { JsonObject } from '../domain/json.ts';
import type { ReplyTo } from '../notify/slack/desk.ts';

/** Somebody in Slack. The name is chosen by the person itself; only the id says who it is. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** What people want of us, once it is known to come from them. It is stored in this form until it is done. */
export type PersonRequest =
  | {
      readonly kind: 'answer';
      readonly answer: 'approve' | 'deny';
      readonly approval: string;
      readonly why: string | null;
      readonly person: Person;
      readonly reply: ReplyTo;
      /** The very same request came again; it counts for nothing. */
      readonly again: boolean;
    }
  /** Somebody who could not sign named an open question. */
  | { readonly kind: 'forged'; readonly approval: string; readonly refusal: string }
  | { readonly kind: 'take'; readonly incident: string; readonly person: Person; readonly reply: ReplyTo }
  | { readonly kind: 'command'; readonly text: string; readonly person: Person; readonly reply: ReplyTo }
  | {
      readonly kind: 'pagerduty';
      readonly type: 'acknowledged' | 'resolved';
      readonly incident: string;
      readonly by: string;
    };

/** As it is stored. */
export function toStored(request: PersonRequest): JsonObject {
  return JSON.parse(JSON.stringify(request)) as JsonObject;
}

/** As it was stored; nobody but `toStored` writes it. */
export function fromStored(data: JsonObject): PersonRequest {
  return data as unknown as PersonRequest;
}
