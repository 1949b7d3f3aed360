import type { Block, Rendered } from '../../../src/notify/slack/render.ts';

/** A Slack message roughly as it is seen, for snapshots that a person can judge. */
export function printed(rendered: Rendered): string {
  return `\n${seenBlocks(rendered)}\n\n== on a locked phone ==\n${rendered.text}\n`;
}

/** Its blocks alone. */
export function seenBlocks({ blocks }: Pick<Rendered, 'blocks'>): string {
  return blocks.map(seen).join('\n\n');
}

function seen(block: Block): string {
  switch (block.type) {
    case 'header':
      return `# ${block.text.text}`;
    case 'section':
      return block.text.text;
    case 'context':
      return `-- ${block.elements.map((element) => element.text).join(' | ')}`;
    case 'actions':
      return block.elements.map((button) => `[ ${button.text.text} ]`).join(' ');
  }
}
