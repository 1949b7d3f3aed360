import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { pathOf, textOf } from './files.ts';

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly target: string;
}

/** Every import of `src/` that leaves its room. The room of the wiring files is `.`. */
export async function importsBetweenRooms(): Promise<readonly Import[]> {
  const files = (await readdir(pathOf('src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await textOf(`src/${file}`);
      return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) => {
        const to = posix.join(posix.dirname(file), target);
        return { from: roomOf(file), to: roomOf(to), file, target: to };
      });
    }),
  );
  return found.flat().filter(({ from, to }) => from !== to);
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '.';
}
