import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Source {
  /** From the root, such as `src/domain/time.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files of the project that it imports, types too. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

function read(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name): Source => {
      const path = join(folder, name);
      const text = readFileSync(join(ROOT, path), 'utf8');
      const named = [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)].map(([, one]) => one ?? '');
      return {
        path,
        text,
        imports: named.filter((one) => one.startsWith('.')).map((one) => join(dirname(path), one)),
        packages: named.filter((one) => !one.startsWith('.') && !one.startsWith('node:')),
      };
    });
}

const src = read('src');
const remediations = read('remediations');

const users = (name: string) => src.filter(({ packages }) => packages.includes(name)).map(({ path }) => path);
const outside = (paths: readonly string[], allowed: readonly string[]) =>
  paths.filter((path) => !allowed.some((room) => path.startsWith(room)));

describe('who may import whom', () => {
  test('the domain imports nothing but itself', () => {
    const domain = src.filter(({ path }) => path.startsWith('src/domain/'));
    expect(domain.flatMap(({ packages }) => packages)).toEqual([]);
    expect(
      outside(
        domain.flatMap(({ imports }) => imports),
        ['src/domain/'],
      ),
    ).toEqual([]);
  });

  test('stages never import each other', () => {
    const stages = ['ingest', 'decide', 'execute', 'verify', 'escalate', 'approve', 'allclear'].map(
      (name) => `src/${name}/`,
    );
    const crossings = src.flatMap(({ path, imports }) => {
      const own = stages.find((stage) => path.startsWith(stage));
      if (own === undefined) return [];
      return imports
        .filter((to) => stages.some((stage) => stage !== own && to.startsWith(stage)))
        .map((to) => `${path} -> ${to}`);
    });
    expect(crossings).toEqual([]);
  });

  test('remediations import the contract and each other', () => {
    const foreign = remediations.flatMap(({ imports }) =>
      outside(imports, ['remediations/', 'src/remediation/index.ts']),
    );
    expect(foreign).toEqual([]);
    expect(remediations.flatMap(({ packages }) => packages)).toEqual([]);
  });

  test('the engine knows no remediation and no Cerniq', () => {
    expect(src.flatMap(({ imports }) => imports.filter((to) => to.startsWith('remediations/')))).toEqual([]);
    expect(
      src.filter(({ text }) => /cerniq/i.test(text.replaceAll(/\/\*\*[\s\S]*?\*\//g, ''))).map(({ path }) => path),
    ).toEqual([]);
  });

  test.each([
    ['pg', ['src/store/', 'src/queue/', 'src/tools/postgres/']],
    ['bullmq', ['src/queue/', 'src/tools/bullmq/']],
    ['ioredis', ['src/queue/', 'src/tools/']],
    [
      'fastify',
      [
        'src/server/',
        'src/ingest/routes.ts',
        'src/approve/routes.ts',
        'src/status/',
        'src/observe/routes.ts',
        'src/app.ts',
      ],
    ],
    ['@slack/web-api', ['src/notify/slack/']],
    ['commander', ['src/main.ts']],
    ['node-cron', ['src/housekeeping.ts']],
    ['prom-client', ['src/observe/']],
    ['pino', ['src/observe/']],
  ])('%s only where it belongs', (name, rooms) => {
    expect(users(name)).not.toEqual([]);
    expect(outside(users(name), rooms)).toEqual([]);
  });

  test('there is no import circle, not even of types', () => {
    const edges = new Map([...src, ...remediations].map(({ path, imports }) => [path, imports]));
    const done = new Set<string>();
    const visit = (path: string, way: readonly string[]): readonly string[] | null => {
      if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
      if (done.has(path)) return null;
      for (const to of edges.get(path) ?? []) {
        const circle = visit(to, [...way, path]);
        if (circle !== null) return circle;
      }
      done.add(path);
      return null;
    };
    for (const path of edges.keys()) expect(visit(path, [])).toBeNull();
  });
});

describe('one place each', () => {
  const without = (allowed: readonly string[], pattern: RegExp) =>
    [...src, ...remediations]
      .filter(({ path, text }) => !allowed.includes(path) && pattern.test(text))
      .map(({ path }) => path);

  test('for the clock', () => {
    expect(without(['src/domain/time.ts'], /Date\.now\(|new Date\(/)).toEqual([]);
  });

  test('for randomness', () => {
    expect(without(['src/domain/id.ts'], /Math\.random\(/)).toEqual([]);
  });

  test('for what of the config the course of an incident depends on', () => {
    expect(without(['src/config/schema.ts', 'src/engine/settings.ts'], /timeIntervalsOf\(/)).toEqual([]);
  });

  test('for how far the breaker looks back', () => {
    expect(without(['src/decide/guards/breaker.ts'], /\bMOST_ENDED =/)).toEqual([]);
  });

  test('for the environment', () => {
    expect(without(['src/config/load.ts'], /process\.env/)).toEqual([]);
  });
});

describe('the house', () => {
  test('has no file that is two', () => {
    const long = [...src, ...remediations].filter(({ text }) => text.split('\n').length > 250).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  test('has no drawer for everything', () => {
    const drawers = [...src, ...remediations].filter(({ path }) =>
      /\/(utils?|helpers?|common|manager)(\.ts|\/)/.test(path),
    );
    expect(drawers).toEqual([]);
  });

  test('says no to switches for tests and work for later', () => {
    const left = [...src, ...remediations].filter(({ text }) =>
      /\b(TODO|FIXME|XXX|HACK)\b|NODE_ENV === 'test'/.test(text),
    );
    expect(left.map(({ path }) => path)).toEqual([]);
  });
});
