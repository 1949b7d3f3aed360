import { type Block, faultsOfBlocks, isFields, judgeText } from './blocks.ts';
import type { Refusal } from './message.ts';

export interface View {
  readonly id: string;
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly trigger_id: string;
}

/** What is wrong with a modal, or the modal. */
export function readView(view: unknown): Omit<View, 'id' | 'trigger_id'> | Refusal {
  if (!isFields(view)) return { error: 'invalid_arguments', messages: ['[ERROR] view must be an object'] };
  const faults = faultsOfBlocks(view.blocks, 'modal');
  const say = (pointer: string, fault: string) => void faults.push(`[ERROR] ${fault} [json-pointer:${pointer}]`);
  if (view.type !== 'modal') say('/view/type', 'must be modal');
  judgeText(view.title, '/view/title', 24, say, 'plain_text');
  for (const button of ['submit', 'close']) {
    if (view[button] !== undefined) judgeText(view[button], `/view/${button}`, 24, say, 'plain_text');
  }
  const { callback_id = '', private_metadata = '' } = view;
  if (String(callback_id).length > 255) say('/view/callback_id', 'must be less than 256 characters');
  if (String(private_metadata).length > 3_000) say('/view/private_metadata', 'must be less than 3001 characters');
  const blocks = (Array.isArray(view.blocks) ? view.blocks : []) as readonly Block[];
  if (blocks.some(({ type }) => type === 'input') && view.submit === undefined) {
    say('/view/submit', 'a submit button is required when there are input blocks');
  }
  if (faults.length > 0) return { error: 'invalid_arguments', messages: faults };
  const title = view.title as { text: string };
  return { callback_id: String(callback_id), private_metadata: String(private_metadata), title: title.text, blocks };
}
