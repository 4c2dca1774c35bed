/** Loaded files taken out again, loaded again, and replaced by other versions of themselves. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../support/index.ts';
import {
  account,
  commandOf,
  csv,
  exported,
  header,
  lakeFiles,
  quarantined,
  replayed,
  rows,
  siteOf,
  undone,
} from './again.ts';
import { committedParts, type TestSite } from './site.ts';

describe('undo', () => {
  const backend = 'postgres';
  let site: TestSite | undefined;
  const staged = tempFolder();
  afterEach(() => site?.close());

  it('takes out exactly one file and what corrects it; the content may come again', async () => {
    const open = (site = await siteOf(backend));
    const command = commandOf(open, backend);
    const other = await open.drop(
      'riders',
      csv(staged, 'other.csv', [header, ...rows(1, 40), '900,X,never']),
    );
    const lines = [header, ...rows(101, 40), '190,Rider 1,soon', '191,Rider 1,later'];
    const receipt = await open.drop('riders', csv(staged, 'rides.csv', lines));
    const corrected = String(await exported(open, 'rides.csv')).replace(',soon\n', ',2024-03-01 08:00:00\n');
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    await open.drop('riders', join(staged, 'corrected.csv'));
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 40), ...ids(101, 40), 190], mart: 81 });

    const said = JSON.parse((await command('undo', 'rides.csv', '--json')).stdout);
    expect(said.undone).toMatchObject([
      { file: 'rides.csv', rows: 40, rejects: 2, parts: receipt.parts },
      { file: 'corrected.csv', rows: 1, rejects: 1 },
    ]);
    expect(await account(open)).toEqual({
      ...{ ids: ids(1, 40), parts: other.parts, lake_rows: 40, waiting: 1, taken: 0, mart: 40 },
    });
    expect(lakeFiles(open).map((path) => join(open.folder, 'lake', path))).toEqual(
      await committedParts(open, 'riders'),
    );
    expect(quarantined(open)).toEqual([`quarantine/riders/f${other.fileId}-c1.parquet`]);
    const [ledger] = await open.query<{ state: string; receipt: { rows: unknown; undone: unknown } }>(
      `select state, landfall.receipt_of(f) as receipt from landfall.file f where name = 'rides.csv'`,
    );
    expect(ledger).toMatchObject({
      state: 'undone',
      receipt: { rows: { loaded: 40 }, undone: { at: expect.any(String), reason: 'undone by hand' } },
    });
    expect((await command('status')).stdout).toMatch(/rides\.csv +undone/);
    expect((await command('undo', 'rides.csv')).stdout).toContain('is already undone');

    // The same content, dropped again, is not a duplicate; the same, replayed, is.
    const again = await open.drop('riders', csv(staged, 'rides.csv', lines));
    expect(again).toMatchObject({ status: 'done', rows: { loaded: 40 } });
    expect(await replayed(open, String(receipt.fileId))).toMatchObject({ status: 'duplicate' });
    // And what was corrected before may be corrected still: its rows stand where they stood.
    writeFileSync(join(staged, 'corrected-again.csv'), corrected);
    expect(await open.drop('riders', join(staged, 'corrected-again.csv'))).toMatchObject({
      error: { code: 'LF_CORRECTION_ORIGINAL' },
    });
  });

  it('and replay bring a file back from the archive, its corrected rows with it', async () => {
    const open = (site = await siteOf(backend));
    const lines = [header, ...rows(1, 40), '90,Rider 1,soon'];
    const receipt = await open.drop('riders', csv(staged, 'rides.csv', lines));
    const corrected = String(await exported(open, 'rides.csv')).replace(',soon\n', ',2024-03-01 08:00:00\n');
    await undone(open, 'rides.csv');
    expect(await account(open)).toMatchObject({ ids: [], parts: 0, waiting: 0, mart: 0 });
    expect(lakeFiles(open)).toEqual([]);

    const back = await replayed(open, 'rides.csv');
    expect(back).toMatchObject({
      status: 'done',
      contentHash: receipt.contentHash,
      rows: { loaded: 40, rejected: 1 },
      link: { kind: 'reloads', fileId: receipt.fileId },
    });
    // An export of before still fits: the rows stand where they stood.
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    expect(await open.drop('riders', join(staged, 'corrected.csv'))).toMatchObject({
      rows: { loaded: 1 },
      link: { kind: 'corrects', fileId: back.fileId },
    });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 40), 90], waiting: 0, mart: 41 });
    const whole = await replayed(open, 'rides.csv', { whole: true });
    expect(whole).toMatchObject({ rows: { loaded: 40 }, link: { fileId: back.fileId } });
    expect(await account(open)).toMatchObject({ ids: ids(1, 40), waiting: 1, mart: 40 });
    // What was undone with it comes back too, and belongs to the new file.
    expect(await replayed(open, 'corrected.csv')).toMatchObject({
      rows: { loaded: 1 },
      link: { kind: 'corrects', fileId: whole.fileId },
    });
    expect(await undone(open, 'rides.csv')).toHaveLength(2);
    expect(await account(open)).toMatchObject({ ids: [], parts: 0 });
    const archive = readdirSync(join(open.folder, 'archive'), { recursive: true }).map(String);
    expect(archive.filter((path) => path.endsWith('rides.csv'))).toHaveLength(1);
  });

  it('refuses what is not loaded, and names that fit several files', async () => {
    const open = (site = await siteOf(backend));
    await open.drop('riders', csv(staged, 'wrong.csv', ['a,b', '1,2']));
    await expect(undone(open, 'wrong.csv')).rejects.toMatchObject({ code: 'LF_FILE_NOT_LOADED' });
    await open.drop('riders', csv(staged, 'rides.csv', [header, ...rows(1, 3)]));
    await open.drop('riders', csv(staged, 'rides.csv', [header, ...rows(4, 3)]));
    await expect(undone(open, 'rides.csv')).rejects.toMatchObject({
      code: 'LF_FILE_UNCLEAR',
      message: expect.stringMatching(/2 \(riders.*3 \(riders|3 \(riders.*2 \(riders/),
    });
    await undone(open, '2');
    expect(await account(open)).toMatchObject({ ids: ids(4, 3) });
  });
});

describe('versions of one name', () => {
  let site: TestSite | undefined;
  const staged = tempFolder();
  afterEach(() => site?.close());

  const one = [header, ...rows(1, 20), '90,Rider 1,soon'];
  const two = [header, ...rows(1, 10), ...rows(31, 20)];

  it('are added by default', async () => {
    const open = (site = await siteOf('postgres'));
    const first = await open.drop('riders', csv(staged, 'rides.csv', one));
    const second = await open.drop('riders', csv(staged, 'rides.csv', two));
    expect(second).toMatchObject({
      status: 'done',
      link: { kind: 'follows', fileId: first.fileId, name: 'rides.csv' },
    });
    expect(await account(open)).toMatchObject({ lake_rows: 50, waiting: 1, mart: 50 });
  });

  it('replace the one before', async () => {
    const open = (site = await siteOf('postgres', { versions: 'replace', unique: true }));
    const first = await open.drop('riders', csv(staged, 'rides.csv', one));
    const other = await open.drop('riders', csv(staged, 'other.csv', [header, ...rows(201, 3)]));
    const watched = watchStar(open);
    const second = await open.drop('riders', csv(staged, 'rides.csv', two));
    expect(second).toMatchObject({ status: 'done', link: { kind: 'replaces', fileId: first.fileId } });
    // Readers of star and manifest saw one version or the other, whole, and nothing in between.
    expect(await watched.seen()).toEqual([
      { star: 23, lake: 23, files: [first.fileId, other.fileId], of_files: 2 },
      { star: 33, lake: 33, files: [other.fileId, second.fileId], of_files: 2 },
    ]);
    expect(await open.query(`select 1 from pg_class where relname like '\\_staging%'`)).toEqual([]);
    expect(await account(open)).toMatchObject({
      ids: [...ids(1, 10), ...ids(31, 20), ...ids(201, 3)],
      ...{ lake_rows: 33, waiting: 0, mart: 33 },
    });
    const [before] = await open.query<{ state: string; reason: string }>(
      `select state, receipt->'undone'->>'reason' as reason from landfall.file where file_id = $1`,
      [first.fileId],
    );
    expect(before).toEqual({ state: 'undone', reason: `replaced by file ${second.fileId}` });
    expect(lakeFiles(open).some((path) => path.includes(`/f${first.fileId}-`))).toBe(false);
    // Back to the first: it is the version that was loaded last.
    expect(await replayed(open, String(first.fileId))).toMatchObject({ status: 'done' });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 20), ...ids(201, 3)], mart: 23 });
  });

  it('that cannot be loaded leave the one before where it is', async () => {
    const open = (site = await siteOf('postgres', {
      versions: 'replace',
      unique: true,
      rejects: { share: 0.1, atLeast: 0 },
    }));
    await open.drop('riders', csv(staged, 'rides.csv', one));
    const twice = [header, ...rows(1, 5), ...rows(5, 5)];
    expect(await open.drop('riders', csv(staged, 'rides.csv', twice))).toMatchObject({
      error: { code: 'LF_CHECK', message: expect.stringContaining('{"id":5}') },
    });
    expect(await account(open)).toMatchObject({ ids: ids(1, 20), mart: 20 });
    const broken = [header, ...rows(1, 5), ...rows(40, 5).map((row) => row.replace('2024', 'x'))];
    expect(await open.drop('riders', csv(staged, 'rides.csv', broken))).toMatchObject({ status: 'failed' });
    expect(await account(open)).toMatchObject({ ids: ids(1, 20), mart: 20 });
  });

  it('are refused where there must be only one', async () => {
    const open = (site = await siteOf('postgres', { versions: 'refuse' }));
    await open.drop('riders', csv(staged, 'rides.csv', one));
    expect(await open.drop('riders', csv(staged, 'rides.csv', two))).toMatchObject({
      status: 'failed',
      error: { code: 'LF_FILE_VERSION' },
    });
    expect(await account(open)).toMatchObject({ ids: ids(1, 20) });
    expect(existsSync(join(open.folder, 'failed', 'riders', 'rides.csv.error.json'))).toBe(true);
  });
});

function ids(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** What readers of star and manifest see meanwhile, each state once, in order. */
function watchStar(site: TestSite) {
  const states: unknown[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const [state] = await site.query(`select
        (select count(*)::int from star.fact_rider) as star,
        (select sum(rows)::int from landfall.manifest) as lake,
        (select array_agg(distinct file_id order by file_id) from landfall.manifest) as files,
        (select count(distinct c.file_id)::int from star.fact_rider join landfall.chunk c using (chunk_id)) as of_files`);
      if (JSON.stringify(states.at(-1)) !== JSON.stringify(state)) states.push(state);
    }
  })();
  return {
    async seen() {
      over = true;
      await watching;
      return states;
    },
  };
}
