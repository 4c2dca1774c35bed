/** A file that changes while it is read is noticed before anything of it counts; what it became is loaded. */
import { appendFileSync, closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../platform/file-receipt.ts';
import { tempFolder } from '../support/index.ts';
import { account, csv, header, lakeFiles, rows, siteOf } from './again.ts';
import { holdLock, type Lock } from './lock.ts';
import { committedParts, type TestSite } from './site.ts';

describe('a file that changes', () => {
  let site: TestSite | undefined;
  const locks: Lock[] = [];
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.release();
    await site?.close();
  });
  const lockOf = async (open: TestSite, statement: string) => {
    const lock = await holdLock(open, statement);
    locks.push(lock);
    return lock;
  };

  const lines = [header, ...rows(1, 100)];
  const more = `${rows(101, 50).join('\n')}\n`;

  /** The file failed for its change and nothing of it was loaded; then it was loaded as it is now. */
  const expectLoadedAgain = async (
    open: TestSite,
    name: string,
    failed: Receipt,
    rows: Partial<Receipt['rows']>,
  ) => {
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'LF_FILE_CHANGED' },
      rows: { loaded: 0 },
    });
    expect(await open.receiptOf(name, failed.fileId)).toMatchObject({ status: 'done', rows });
  };

  /** Drops the file, changes it when `until` says that it is at its step, and sees what becomes of it. */
  const change = async (open: TestSite, first: Lock, until: () => Promise<Lock>) => {
    const dropped = open.drop('riders', csv(tempFolder(), 'rides.csv', lines));
    await first.waitedFor();
    const last = await until();
    appendFileSync(join(open.folder, 'landing/riders/rides.csv'), more);
    await last.release();
    await expectLoadedAgain(open, 'rides.csv', await dropped, { parsed: 150, loaded: 150 });
    const ids = Array.from({ length: 150 }, (_, i) => i + 1);
    expect(await account(open)).toMatchObject({ ids, lake_rows: 150, mart: 150 });
    expect(lakeFiles(open).map((path) => join(open.folder, 'lake', path))).toEqual(
      await committedParts(open, 'riders'),
    );
  };

  it('while it is looked through', async () => {
    const open = (site = await siteOf('postgres'));
    const lock = await lockOf(open, 'lock table landfall.scan in share mode');
    await change(open, lock, async () => lock);
  });

  it('while it is loaded', async () => {
    const open = (site = await siteOf('postgres'));
    const lock = await lockOf(open, 'lock table landfall.part in share mode');
    await change(open, lock, async () => lock);
  });

  it('in place, to other bytes of the same length, while it is loaded', async () => {
    const open = (site = await siteOf('postgres'));
    const lock = await lockOf(open, 'lock table landfall.part in share mode');
    const dropped = open.drop('riders', csv(tempFolder(), 'rides.csv', lines));
    await lock.waitedFor();
    // Whoever is to load the last chunk may have its bytes, or not: what was read before must not count either.
    const path = join(open.folder, 'landing/riders/rides.csv');
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from(lines.join('\n').replaceAll('Rider 3', 'Rider X')));
    closeSync(file);
    await lock.release();
    await expectLoadedAgain(open, 'rides.csv', await dropped, { loaded: 100 });
    const [found] = await open.query<{ x: number; three: number }>(
      `select count(*) filter (where name = 'Rider X')::int as x, count(*) filter (where name = 'Rider 3')::int as three
       from star.fact_rider join star.dim_rider using (rider_key)`,
    );
    expect(found).toEqual({ x: 14, three: 0 });
  });

  it.each(['landfall.scan', 'landfall.part'])('compressed, while %s is written', async (table) => {
    const open = (site = await siteOf('postgres'));
    const lock = await lockOf(open, `lock table ${table} in share mode`);
    const path = csv(tempFolder(), 'rides.csv.gz', []);
    writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
    const dropped = open.drop('riders', path);
    await lock.waitedFor();
    // Another member of the gzip file: it still unpacks to the end.
    appendFileSync(join(open.folder, 'landing/riders/rides.csv.gz'), gzipSync(more));
    await lock.release();
    await expectLoadedAgain(open, 'rides.csv.gz', await dropped, { loaded: 150 });
    expect(await account(open)).toMatchObject({ lake_rows: 150, mart: 150 });
    expect(lakeFiles(open).map((name) => join(open.folder, 'lake', name))).toEqual(
      await committedParts(open, 'riders'),
    );
  });

  it('when all of it is loaded and nothing is checked yet', async () => {
    const open = (site = await siteOf('postgres', {}, 1 << 20));
    const commit = await lockOf(open, 'lock table landfall.part in share mode');
    await change(open, commit, async () => {
      // Whoever asks for the file now gets it when its only chunk has committed, before it is finalised.
      const file = lockOf(open, 'select from landfall.file where file_id = 1 for update');
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'select from landfall.file%'`;
      while ((await open.query(waiting)).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 20));
      await commit.release();
      return file;
    });
  });
});
