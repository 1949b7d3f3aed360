import type { JsonObject } from '../../domain/json.ts';
import { mrkdwn, plainText } from './mrkdwn.ts';

/** The form's id and that of its field, as they come back. */
export const DENIAL = 'denial';
export const WHY = 'why';

/** The form that asks why somebody says no. Slack itself demands that something is written. */
export function denialForm(approval: string, channel: string | null): JsonObject {
  return {
    type: 'modal',
    callback_id: DENIAL,
    private_metadata: JSON.stringify({ approval, channel }),
    title: plainText('Deny the repair', 24),
    submit: plainText('Deny', 24),
    close: plainText('Cancel', 24),
    blocks: [
      {
        type: 'section',
        text: mrkdwn('One denial ends it: nothing is run, and the on-call person is told at once, with your reason.'),
      },
      {
        type: 'input',
        block_id: WHY,
        label: plainText('Why?', 100),
        element: { type: 'plain_text_input', action_id: WHY, multiline: true, min_length: 1, max_length: 500 },
      },
    ],
  };
}
