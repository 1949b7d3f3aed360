import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadRemediations } from '../../../src/remediation/registry.ts';
import { pathOf, tableRows, textOf } from './files.ts';
import { importsBetweenRooms } from './rooms.ts';

test('every remediation is listed with its risk, parameters and needs, and no other', async () => {
  const page = await textOf('docs/remediations.md');
  const listed = tableRows(page, 'remediation').map((row) => row.slice(0, 5));
  const loaded = await loadRemediations(pathOf('remediations'));
  const own = [...loaded.values()].map(({ name, risk, params, needs, summary }) => {
    const names = Object.entries(params.shape).map(([param, schema]) => {
      return schema.safeParse(undefined).success ? `${param}?` : param;
    });
    return [name, risk, names.join(', '), needs.join(', '), summary];
  });
  expect(listed).toEqual(own);
  const steps = tableRows(page, 'name').map(([name, written = '']) => [name, written.replaceAll('\\', '')]);
  expect(steps).toEqual([...loaded.values()].map((one) => [one.name, one.steps.map(sayStep).join(' → ')]));
});

function sayStep({ name, effect }: { readonly name: string; readonly effect: string }): string {
  return effect === 'changes' ? `${name}*` : name;
}

test('every command is listed with its options, and no other', async () => {
  const listed = tableRows(await textOf('docs/cli.md'), 'command').map((row) => row.slice(0, 2));
  const program = await textOf('src/main.ts');
  const own = program
    .split(".command('")
    .slice(1)
    .map((part) => {
      const options = part.matchAll(/\.(?:option|requiredOption|argument)\('([^']+)'/g);
      return [part.slice(0, part.indexOf("'")), [...options].map(([, option]) => option).join(' ')];
    });
  expect(listed).toEqual(own);
});

test('every route is listed, and no other', async () => {
  const listed = tableRows(await textOf('docs/api.md'), 'route').map(([route]) => route);
  const files = ['src/status/api.ts', 'src/observe/routes.ts', 'src/approve/routes.ts'];
  const texts = await Promise.all(files.map(textOf));
  const own = texts.flatMap((text) => [...text.matchAll(/server\.(get|post)\('([^']+)'/g)]);
  const webhooks = ['alertmanager', 'signoz', 'grafana', 'event'].map((source) => `POST /webhooks/${source}`);
  expect(listed.toSorted()).toEqual(
    [...own.map(([, verb = '', route]) => `${verb.toUpperCase()} ${route}`), ...webhooks].toSorted(),
  );
});

test('rooms import what the map of the architecture says, and nothing else', async () => {
  const rows = tableRows(await textOf('ARCHITECTURE.md'), 'room');
  const drawn = rows
    .filter(([, , allowed]) => allowed !== 'everything')
    .flatMap(([room, , allowed = '']) =>
      allowed === 'nothing' ? [] : allowed.split(', ').map((to) => `${room} → ${to}`),
    );
  const free = new Set(['.', ...rows.filter(([, , allowed]) => allowed === 'everything').map(([room]) => room)]);
  const imports = (await importsBetweenRooms()).filter(({ from }) => !free.has(from));
  expect([...new Set(imports.map(({ from, to }) => `${from} → ${to}`))].toSorted()).toEqual(drawn.toSorted());
  const beside = imports.filter(({ from, to }) => from === 'config' && to !== 'domain');
  expect(beside.map(({ target }) => target).filter((target) => !/\/(source-)?config\.ts$/.test(target))).toEqual([]);
});

test('every link between documents leads to a file and a heading that exist', async () => {
  const folders = ['.', 'docs', 'docs/adr', 'docs/runbooks'];
  const pages = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(pathOf(folder))).filter((name) => name.endsWith('.md'));
      return names.map((name) => `${folder}/${name}`);
    }),
  );
  const dead: string[] = [];
  for (const page of pages.flat()) {
    const text = withoutCode(await textOf(page));
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? page : `${page.slice(0, page.lastIndexOf('/'))}/${file}`;
      const found = await headingsOf(to);
      if (found === null || (anchor !== undefined && !found.has(anchor))) dead.push(`${page}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

test('every decision is listed in the index of decisions', async () => {
  const files = (await readdir(pathOf('docs/adr'))).filter((name) => /^\d{4}-.+\.md$/.test(name));
  const index = await textOf('docs/adr/README.md');
  expect([...index.matchAll(/\((\d{4}-[^)]+\.md)\)/g)].map(([, file]) => file)).toEqual(files.toSorted());
});

/** The anchors of a page, as GitHub makes them; empty for a file or folder that is no page, null where there is none. */
async function headingsOf(file: string): Promise<ReadonlySet<string> | null> {
  try {
    if (!file.endsWith('.md')) {
      await readdir(pathOf(file)).catch(() => textOf(file));
      return new Set();
    }
    const headings = withoutCode(await textOf(file)).matchAll(/^#+ (.+)$/gm);
    return new Set([...headings].map(([, heading = '']) => slug(heading)));
  } catch {
    return null;
  }
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}
