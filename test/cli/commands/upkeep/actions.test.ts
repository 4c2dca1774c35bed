import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notedAsUser } from '../../../../cli/commands/upkeep/actions.ts';
import { LandfallError } from '../../../../platform/errors/errors.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../../support/index.ts';
import { landfall } from '../../run.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('what users asked for is listed, newest first, with what became of it', async () => {
  const { pool } = database;
  expect(
    await notedAsUser(pool, { what: 'undo', target: '1:a\u001b[2J.csv', details: null }, async () => 7),
  ).toBe(7);
  const busy = new LandfallError('LF_FILE_BUSY', { file: 'b.csv', state: 'loading' });
  const replay = () => Promise.reject(busy);
  await expect(notedAsUser(pool, { what: 'replay', target: '2:b.csv', details: null }, replay)).rejects.toBe(
    busy,
  );
  const { code, stdout } = await landfall(['actions'], {
    cwd: tempFolder(),
    env: { DATABASE_URL: database.url },
  });
  const by = `by ${userInfo().username} from ${hostname()} over cli`;
  const lines = stdout.trim().split('\n');
  expect([code, lines.length]).toEqual([0, 2]);
  expect(lines[0]).toContain(`replay 2:b.csv: LF_FILE_BUSY, ${by}`);
  expect(lines[1]).toMatch(/undo 1:a.*\.csv: ok, /);
  // A name of a file cannot move the cursor.
  expect(stdout).not.toContain('\u001b');
});
