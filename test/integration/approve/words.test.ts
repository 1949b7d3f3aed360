import { expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { ASKS, asking, breaks, person, question, said } from './people.ts';

/** What differs from run to run. */
function steady(text: string): string {
  return (
    text
      .replace(/inc-[0-9a-z]{5,}-[0-9a-z]{8}/g, 'inc-…')
      .replace(/(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC/g, 'HH:MM UTC')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\b(\d+ (min|s|ms|h)\b ?)+/g, 'LENGTH ')
      // One line for each guardrail that said yes; there may be more of them tomorrow.
      .replace(/(\n[a-z-]+ yes.*)+/g, '\n(those that said yes)')
      .replace(/Owed work: \d+ rows?.*/, 'Owed work: N rows.')
      .trim()
  );
}

test('what every command answers, to whoever may and whoever may not', async () => {
  await using world = await startEngine({ rules: asking(ASKS) });
  const { daemon } = world;
  const spoken: string[] = [];
  const hear = async (what: string, ask: () => Promise<Response>) => {
    const before = said(world).length;
    expect((await ask()).status).toBe(200);
    await world.slack.until(() => said(world).length > before, 15_000);
    spoken.push(
      `${what}\n${said(world)
        .slice(before)
        .map((text) => `  ${steady(text).replaceAll('\n', '\n  ')}`)
        .join('\n')}`,
    );
  };
  const types = (id: string, text: string) =>
    hear(`${id === 'U0EVE' ? 'a stranger' : 'on call'}: /remedyd ${steady(text)}`, () =>
      person(world, id).command('/remedyd', text),
    );
  await types('U0ANNA', 'status');
  await breaks(world);
  const asked = await question(world);
  const { id } = await daemon.untilState('thing:cup', ['approving']);
  await types('U0ANNA', 'status');
  for (const text of ['pause', 'resume', `ack ${id}`, 'hold thing:cup 2h', 'emergency-stop STOP'])
    await types('U0EVE', text);
  await types('U0ANNA', 'pause r 2h the carrier works on it');
  await types('U0ANNA', 'hold thing:jug 2h');
  await types('U0ANNA', 'pause we deploy');
  await types('U0ANNA', 'status');
  await types('U0ANNA', `why ${id}`);
  await types('U0ANNA', 'resume');
  await types('U0ANNA', 'resume r');
  await types('U0ANNA', 'resume r');
  await types('U0ANNA', `ack ${id}`);
  await types('U0ANNA', `ack ${id}`);
  await types('U0ANNA', 'ack inc-0000000-nobodys0');
  await types('U0ANNA', 'why inc-0000000-nobodys0');
  await types('U0ANNA', 'emergency-stop STOP it breaks more than it mends');
  await types('U0ANNA', 'resume');
  await hear('a stranger presses Approve', () => person(world, 'U0EVE').press(asked, 'approve'));
  await hear('on call presses Approve', () => person(world, 'U0ANNA').press(asked, 'approve'));
  await hear('on call presses Approve again', () => person(world, 'U0ANNA').press(asked, 'approve'));
  await expect(`${spoken.join('\n')}\n`).toMatchFileSnapshot(`${import.meta.dirname}/words.txt`);
});
