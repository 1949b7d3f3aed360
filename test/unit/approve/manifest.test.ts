import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../../src/approve/command/parse.ts';
import { textOf } from '../docs/files.ts';

const manifest = parse(await readFile('config/slack-manifest.yaml', 'utf8'));

test('the app asks for what its calls need, and for no more', async () => {
  const { bot } = manifest.oauth_config.scopes;
  expect(bot.toSorted()).toEqual(['chat:write', 'chat:write.public', 'commands', 'files:write', 'usergroups:read']);
  const page = await textOf('docs/connect.md');
  for (const scope of bot) expect(page).toContain(`\`${scope}\``);
});

test('the app sends to the routes that there are', async () => {
  const routes = await textOf('src/approve/routes.ts');
  const [command] = manifest.features.slash_commands;
  for (const url of [manifest.settings.interactivity.request_url, command.url])
    expect(routes).toContain(`server.post('${new URL(url).pathname}'`);
  expect(manifest.features.slash_commands).toHaveLength(1);
});

test('the hint that Slack shows names every command', () => {
  const [{ command, usage_hint: hint }] = manifest.features.slash_commands;
  expect(command).toBe('/remedyd');
  for (const { word } of COMMANDS) expect(hint).toContain(word);
});
