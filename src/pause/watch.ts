import { readFile, stat } from 'node:fs/promises';
import { newId } from '../domain/id.ts';
import type { Clock, Millis } from '../domain/time.ts';
import type { Db } from '../store/db.ts';
import type { Handed } from '../store/outbox.ts';
import { liftByFile, standByFile } from '../store/pauses.ts';
import { type Asked, readPauseFile } from './read.ts';

export interface PauseFileParts {
  readonly db: Db;
  readonly clock: Clock;
  /** Absolute. */
  readonly path: string;
  /** Whose file it is: the same path on another host is another file. */
  readonly host: string;
  handOver(rows: readonly Handed[]): void;
  /** The file is there and pauses something; told again when what it says changes. */
  onPaused(asked: Asked): void;
  /** The file is gone, and what it paused goes on. */
  onLifted(): void;
  onError(error: Error, what: string): void;
}

/** How often the file is looked for. A look is one `stat`. */
const EVERY: Millis = 250;

/** How often it is made sure that the pause of a file that is there still stands. */
const ENSURE: Millis = 1_000;

/** A file system that does not answer for this long counts as a file that cannot be read. */
const PATIENCE: Millis = 1_000;

/** No sentence is longer. */
const MOST_BYTES = 65_536;

/**
 * Watches the pause file: while it is there a pause stands in the database, so every replica obeys, whichever of them sees
 * the file. A file that is there and cannot be read pauses everything. The first look is done when this resolves.
 */
export async function watchPauseFile(parts: PauseFileParts): Promise<{ stop(): Promise<void> }> {
  const { db, clock, path, host } = parts;
  const file = `${host}:${path}`;
  const stopped = new AbortController();
  let version: string | null = null;
  let said: Asked | null = null;
  let ensuredAt = Number.NEGATIVE_INFINITY;
  // What an earlier life of this process left behind is lifted by the first look that finds no file.
  let mayStand = true;
  await look();
  const loop = turn();
  return {
    async stop() {
      stopped.abort();
      await loop;
    },
  };

  async function turn(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(EVERY, stopped.signal).catch(() => undefined);
      if (!stopped.signal.aborted) await look();
    }
  }

  async function look(): Promise<void> {
    const asked = await read();
    try {
      if (asked === null) {
        if (mayStand) await lift();
      } else await stand(asked);
    } catch (error) {
      // Nothing can be changed while the database is away, paused or not; the next look tries again.
      parts.onError(error as Error, 'what the pause file says could not be stored');
    }
  }

  async function stand(asked: Asked): Promise<void> {
    const isNew = asked !== said;
    if (!isNew && clock.now() - ensuredAt < ENSURE) return;
    mayStand = true;
    const now = clock.now();
    const { scope, key, why, until } = asked;
    const pause = {
      id: newId('pau', now),
      scope,
      key,
      owner: asked.owner ?? `the file ${path} on ${host}`,
      why,
      until,
    };
    await db.transaction((sql) => standByFile(sql, { ...pause, setAt: now }, file));
    ensuredAt = now;
    said = asked;
    if (isNew) parts.onPaused(asked);
  }

  async function lift(): Promise<void> {
    const handed = await db.transaction((sql) => liftByFile(sql, file, `the end of the file ${path}`, clock.now()));
    const stood = said !== null;
    mayStand = false;
    said = null;
    version = null;
    parts.handOver(handed);
    if (stood) parts.onLifted();
  }

  /** Null where there is no file. The same object as before while the file is the same. */
  async function read(): Promise<Asked | null> {
    try {
      const { mtimeMs, size, ino } = await inTime(stat(path));
      const found = `${ino} ${mtimeMs} ${size}`;
      if (found === version && said !== null) return said;
      if (size > MOST_BYTES) throw new Error(`it has ${size} bytes`);
      const asked = readPauseFile(await inTime(readFile(path, 'utf8')));
      version = found;
      return asked;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return null;
      const fault = `it cannot be read: ${(error as Error).message}`;
      if (said?.fault === fault) return said;
      version = null;
      return {
        scope: 'global',
        key: '',
        owner: null,
        until: null,
        why: `the pause file is there, and ${fault}`,
        fault,
      };
    }
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    work.catch(() => undefined);
    const late = clock.sleep(PATIENCE, done.signal).then(
      () => Promise.reject(new Error(`no answer within ${PATIENCE} ms`)),
      () => work,
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }
}
