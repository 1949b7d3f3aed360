import { open } from 'node:fs/promises';

/** A line of a log is rarely longer, and what is longer is cut anyway. */
const BYTES_A_LINE = 500;

/** The last lines of a file, without reading the rest of it; none where there is no such file. */
export async function tailFile(path: string, lines: number): Promise<readonly string[]> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const length = Math.min(size, Math.max(64_000, lines * BYTES_A_LINE));
    const buffer = Buffer.alloc(length);
    await file.read(buffer, 0, length, size - length);
    const text = buffer.toString('utf8').split('\n');
    // The first one may have lost its beginning, and after the last newline comes nothing.
    return text.slice(length < size ? 1 : 0, text.at(-1) === '' ? -1 : undefined).slice(-lines);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
