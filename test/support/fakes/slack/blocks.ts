/** A Block Kit block, as loosely as JSON comes; `faultsOfBlocks` is what judges it. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string };

type Fields = Readonly<Record<string, unknown>>;
type Say = (pointer: string, fault: string) => void;

const IN_MESSAGES = ['section', 'header', 'context', 'actions', 'divider', 'image'];
const IN_MODALS = [...IN_MESSAGES, 'input'];

/** What Slack finds wrong with these blocks, in the form of its `response_metadata.messages`; empty when nothing is. */
export function faultsOfBlocks(blocks: unknown, surface: 'message' | 'modal'): string[] {
  const faults: string[] = [];
  const say: Say = (pointer, fault) => faults.push(`[ERROR] ${fault} [json-pointer:${pointer}]`);
  if (!Array.isArray(blocks)) {
    say('/blocks', 'must be an array');
    return faults;
  }
  const most = surface === 'message' ? 50 : 100;
  if (blocks.length > most) say('/blocks', `no more than ${most} items allowed`);
  const seen = new Set<unknown>();
  for (const [index, block] of blocks.entries()) {
    const at = `/blocks/${index}`;
    if (!isFields(block)) {
      say(at, 'must be an object');
      continue;
    }
    const { type, block_id: id } = block;
    if (!(surface === 'message' ? IN_MESSAGES : IN_MODALS).includes(String(type)))
      say(`${at}/type`, `unsupported type: ${type}`);
    if (id !== undefined && !isText(id, 255)) say(`${at}/block_id`, 'must be 1 to 255 characters');
    if (id !== undefined && seen.has(id)) say(`${at}/block_id`, `\`block_id\` "${String(id)}" already exists`);
    seen.add(id);
    judge[String(type)]?.(block, at, say);
  }
  return faults;
}

/** All the characters that Slack counts against a message. */
export function sizeOfBlocks(blocks: readonly unknown[]): number {
  return blocks.reduce<number>((sum, block) => sum + sizeOf(block), 0);
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return sizeOfBlocks(value);
  if (!isFields(value)) return 0;
  return sizeOfBlocks(Object.values(value));
}

const judge: Readonly<Record<string, (block: Fields, at: string, say: Say) => void>> = {
  section(block, at, say) {
    const { text, fields, accessory } = block;
    if (text === undefined && fields === undefined) say(at, 'missing required field: text or fields');
    if (text !== undefined) judgeText(text, `${at}/text`, 3_000, say);
    judgeList(fields, `${at}/fields`, 10, say, (field, where) => judgeText(field, where, 2_000, say));
    if (accessory !== undefined) judgeElement(accessory, `${at}/accessory`, say);
  },
  header: (block, at, say) => judgeText(block.text, `${at}/text`, 150, say, 'plain_text'),
  context(block, at, say) {
    const judgePart = (part: Fields, where: string) => {
      if (part.type !== 'image') judgeText(part, where, 2_000, say);
    };
    judgeList(block.elements ?? [], `${at}/elements`, 10, say, judgePart);
  },
  actions(block, at, say) {
    const ids = new Set<unknown>();
    judgeList(block.elements ?? [], `${at}/elements`, 25, say, (element, where) => {
      const { action_id: id } = element;
      if (id !== undefined && ids.has(id)) say(`${where}/action_id`, `\`action_id\` "${String(id)}" already exists`);
      ids.add(id);
      judgeElement(element, where, say);
    });
  },
  image(block, at, say) {
    if (!isText(block.image_url, 3_000)) say(`${at}/image_url`, 'missing required field: image_url');
    if (!isText(block.alt_text, 2_000)) say(`${at}/alt_text`, 'missing required field: alt_text');
  },
  input(block, at, say) {
    judgeText(block.label, `${at}/label`, 2_000, say, 'plain_text');
    if (!isFields(block.element)) say(`${at}/element`, 'missing required field: element');
    else judgeElement(block.element, `${at}/element`, say);
  },
};

function judgeElement(element: unknown, at: string, say: Say): void {
  if (!isFields(element)) {
    say(at, 'must be an object');
    return;
  }
  const { type, action_id, confirm, options } = element;
  if (action_id !== undefined && !isText(action_id, 255)) say(`${at}/action_id`, 'must be 1 to 255 characters');
  if (type === 'button') {
    judgeText(element.text, `${at}/text`, 75, say, 'plain_text');
    if (element.value !== undefined && !isText(element.value, 2_000))
      say(`${at}/value`, 'must be 1 to 2000 characters');
    if (element.url !== undefined && !isText(element.url, 3_000)) say(`${at}/url`, 'must be 1 to 3000 characters');
    if (![undefined, 'primary', 'danger'].includes(element.style as string))
      say(`${at}/style`, 'must be primary or danger');
  }
  judgeList(options, `${at}/options`, 100, say, (option, where) => {
    judgeText(option.text, `${where}/text`, 75, say);
    if (!isText(option.value, 150)) say(`${where}/value`, 'must be 1 to 150 characters');
  });
  if (!isFields(confirm)) return;
  judgeText(confirm.title, `${at}/confirm/title`, 100, say, 'plain_text');
  judgeText(confirm.text, `${at}/confirm/text`, 300, say);
  for (const side of ['confirm', 'deny']) judgeText(confirm[side], `${at}/confirm/${side}`, 30, say, 'plain_text');
}

export function judgeText(text: unknown, at: string, longest: number, say: Say, only?: 'plain_text'): void {
  if (!isFields(text)) {
    say(at, 'missing required field: text');
    return;
  }
  const kinds = only === undefined ? ['plain_text', 'mrkdwn'] : [only];
  if (!kinds.includes(String(text.type))) say(`${at}/type`, `must be ${kinds.join(' or ')}`);
  if (typeof text.text !== 'string' || text.text === '') say(`${at}/text`, 'must be more than 0 characters');
  else if (text.text.length > longest) say(`${at}/text`, `must be less than ${longest + 1} characters`);
}

function judgeList(
  list: unknown,
  at: string,
  most: number,
  say: Say,
  each: (item: Fields, where: string) => void,
): void {
  if (list === undefined) return;
  if (!Array.isArray(list) || list.length === 0) {
    say(at, 'must be an array of at least 1 item');
    return;
  }
  if (list.length > most) say(at, `no more than ${most} items allowed`);
  for (const [index, item] of list.entries()) {
    if (isFields(item)) each(item, `${at}/${index}`);
    else say(`${at}/${index}`, 'must be an object');
  }
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
