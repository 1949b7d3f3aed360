import type { Message } from '../message.ts';
import { plainText } from './mrkdwn.ts';

export interface Actions {
  readonly type: 'actions';
  readonly block_id: string;
  readonly elements: readonly Button[];
}

interface Button {
  readonly type: 'button';
  readonly text: ReturnType<typeof plainText>;
  readonly action_id: string;
  readonly value: string;
  readonly style: 'primary' | 'danger';
  /** Asked before the press counts. */
  readonly confirm?: {
    readonly title: ReturnType<typeof plainText>;
    readonly text: ReturnType<typeof plainText>;
    readonly confirm: ReturnType<typeof plainText>;
    readonly deny: ReturnType<typeof plainText>;
  };
}

/** The buttons' ids as they come back; their value is the id of the approval, and of the incident for the last. */
export const APPROVE = 'approve';
export const DENY = 'deny';
export const TAKE = 'take';

/** What stands on the last one; the text beside it says to press it. */
export const TAKE_TEXT = 'I have it';

/** To answer an open question. */
export function answerButtons({ approval }: Message): readonly Actions[] {
  if (approval === null) return [];
  const button = (text: string, action_id: string, style: Button['style']): Button => ({
    type: 'button',
    text: plainText(text, 75),
    action_id,
    value: approval.id,
    style,
    ...(action_id === APPROVE ? { confirm: sure(approval) } : {}),
  });
  return [
    {
      type: 'actions',
      block_id: `approval-${approval.id}`,
      elements: [button('Approve', APPROVE, 'primary'), button('Deny', DENY, 'danger')],
    },
  ];
}

/** A slip of the thumb on a locked phone must not change production. */
function sure(approval: NonNullable<Message['approval']>): NonNullable<Button['confirm']> {
  return {
    title: plainText('Run it?', 100),
    text: plainText(`${approval.remediation}. ${approval.plan.slice(0, 2).join(' ')}`, 300),
    confirm: plainText('Run it', 30),
    deny: plainText('Not yet', 30),
  };
}

/** For whoever was woken: one press, and nobody else is. */
export function takeButton({ topic, incident, approval }: Message): readonly Actions[] {
  if (approval !== null || topic === 'end' || !incident.paged || incident.ackedBy !== null) return [];
  const take: Button = {
    type: 'button',
    text: plainText(TAKE_TEXT, 75),
    action_id: TAKE,
    value: incident.id,
    style: 'primary',
  };
  return [{ type: 'actions', block_id: `take-${incident.id}`, elements: [take] }];
}
