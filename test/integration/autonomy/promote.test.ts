import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demote, standingDemotions } from '../../../src/store/demotions.ts';
import { command } from '../../support/daemon/command.ts';
import { temporaryFolder } from '../../support/services/folder.ts';
import { NOW, openStore } from '../store/store.ts';

test('a person promotes a demoted rule from beside, and is on record for it', async () => {
  await using store = await openStore();
  const folder = await temporaryFolder('promote');
  onTestFinished(() => folder.remove());
  await writeFile(join(folder.path, 'remedyd.yaml'), '{}\n');
  const run = (...argv: readonly string[]) => command(folder.path, store.url, argv);
  await demote(store.db, { id: 'dem-1', rule: 'phone-offline', since: NOW, why: 'it broke' });

  expect((await run('status')).stdout).toContain(
    'demoted: phone-offline asks since 2026-01-19T10:00:00.000Z: it broke',
  );
  expect(await run('promote', 'phone-offline')).toMatchObject({ code: 2, stderr: expect.stringContaining('--why') });
  const promoted = await run('promote', 'phone-offline', '--why', 'mended');
  expect(promoted).toMatchObject({
    code: 0,
    stdout: 'phone-offline acts by itself again, and its breakers are closed: mended\n',
  });
  expect(await standingDemotions(store.db)).toEqual([]);
  const [row] = await store.db.query('select lifted_by as by, lifted_why as why from remedyd.demotions');
  expect(row).toEqual({ by: expect.stringMatching(/^.+@.+$/), why: 'mended' });
  const again = await run('promote', 'phone-offline', '--why', 'mended');
  expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('phone-offline is not demoted') });
}, 60_000);
