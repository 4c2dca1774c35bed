/** Keys that are in the star once: many chunks and workers, files one after another and at once, undo, replay, kills. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../platform/file-receipt.ts';
import { repeats } from '../oracle/unique.ts';
import { tempFolder } from '../support/index.ts';
import { replayed, undone } from './again.ts';
import { type Backend, committedParts, type TestSite, type TestSiteOptions, testSite } from './site.ts';

/** Datasets `single` and `double`, with one unique rule and with two; `versions`: of `single`. */
function definitions(versions = 'add'): string {
  const folder = join(tempFolder(), 'datasets');
  const rules = {
    single: '{ id_once: unique([c.id]) }',
    double: "{ id_once: unique([c.id]), pair_once: unique([c.code, c.day], { scope: 'file' }) }",
  };
  for (const [name, text] of Object.entries(rules)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(
      join(folder, name, 'dataset.ts'),
      `import { date, defineDataset, integer, lookup, text, unique } from 'landfall';
export default defineDataset({
  name: '${name}',
  columns: { id: integer({ required: true }), code: text(), day: date(), n: integer({ required: true }) },
  rules: (c) => (${text}),
  star: { fact: 'fact_${name}', dimensions: { code_key: lookup('dim_code_${name}', { code: 'code' }) }, columns: ['id', 'n', 'day'] },
  checks: { none_below_0: 'select id from star.fact_${name} where id < 0' },
  rejects: { share: 1 },
  versions: '${versions}',
});
`,
    );
  }
  return folder;
}

interface Row {
  readonly id: number;
  readonly code: string;
  readonly day: string;
  readonly n: number;
}

/** Rows of which many share ids and pairs; `n` is their place in the file. */
function rowsOf(count: number, seed: number, ids: number): Row[] {
  let state = seed;
  const dice = (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
  return Array.from({ length: count }, (_, n) => ({
    id: dice(ids),
    code: ['red', 'green', '', 'blue "x"'][dice(4)],
    day: `2024-0${1 + dice(9)}-${10 + dice(19)}`,
    n,
  }));
}

const csvOf = (rows: readonly Row[]) =>
  `id,code,day,n\n${rows.map(({ id, code, day, n }) => `${id},"${code.replaceAll('"', '""')}",${day},${n}\n`).join('')}`;

const keysOf = (dataset: string) => (row: Row) => ({
  keys: [`${row.id}`, ...(dataset === 'double' ? [row.code === '' ? null : `${row.code} ${row.day}`] : [])],
});

const staged = tempFolder();

function written(name: string, content: string | Buffer): string {
  const path = join(staged, name);
  writeFileSync(path, content);
  return path;
}

describe('unique keys', () => {
  let site: TestSite;
  afterEach(async () => {
    await site?.close();
    delete process.env.LANDFALL_CRASH_AT;
    delete process.env.LANDFALL_CRASH_MARK;
  });
  const open = async (
    backend: Backend,
    { versions, chunkBytes = 1024, ...more }: { versions?: string } & Partial<TestSiteOptions> = {},
  ) => {
    site = await testSite({ backend, chunkBytes, datasets: [definitions(versions)], ...more });
  };
  /** Numbers (`n`) of a file's rows in star and lake, which must be the same. */
  const loaded = async (dataset: string, { fileId }: Receipt): Promise<number[]> => {
    const facts = await site.query<{ n: number }>(
      `select f.n from star.fact_${dataset} f join landfall.chunk using (chunk_id) where file_id = $1 order by n`,
      [fileId],
    );
    const parts = (await committedParts(site, dataset)).filter((path) => path.includes(`/f${fileId}-`));
    const duckdb = await (await DuckDBInstance.create()).connect();
    const list = parts.map((path) => `'${path}'`).join(', ');
    const lake =
      parts.length === 0
        ? []
        : (
            await duckdb.runAndReadAll(`select n from read_parquet([${list}]) order by n`)
          ).getRowObjectsJson();
    expect(lake).toEqual(facts);
    return facts.map(({ n }) => n);
  };
  /** `n` of each reject and the line of the first row, with the file where it is another one. */
  const rejected = async ({ fileId }: Receipt) => {
    const rejects = await site.coordinator.ledger.rejects(fileId, { limit: 100_000 });
    return rejects.map(({ raw, message, code }) => {
      const [, line, file] = /is already in line (\d+)(?: of (\S+) \(file \d+\))?/.exec(message) ?? [];
      expect(code).toBe('LF_REJECT_UNIQUE');
      return { n: Number(raw.split(',').at(-1)), line: Number(line), file: file ?? null };
    });
  };
  /** What must be in star, lake and ledger of the last of `files`, which were loaded one after another. */
  const expectLast = async (
    dataset: string,
    files: readonly { rows: readonly Row[]; name: string }[],
    receipt: Receipt,
  ) => {
    const last = files.at(-1)!;
    const before = files.slice(0, -1).flatMap(({ rows, name }) => rows.map((row) => ({ row, name })));
    const all = [...before, ...last.rows.map((row) => ({ row, name: last.name }))];
    const found = repeats(
      all.map(({ row, name }) => {
        const [id, pair] = keysOf(dataset)(row).keys;
        // The second rule is about one file.
        return { keys: [id, pair ? `${name} ${pair}` : null] };
      }),
    ).slice(before.length);
    const good = last.rows.filter((_, i) => found[i] === null).map(({ n }) => n);
    expect(receipt).toMatchObject({ status: 'done' });
    expect(await loaded(dataset, receipt)).toEqual(good);
    expect(await rejected(receipt)).toEqual(
      last.rows.flatMap(({ n }, i) => {
        const repeat = found[i];
        if (repeat === null) return [];
        const first = all[repeat.first];
        return [{ n, line: first.row.n + 2, file: first.name === last.name ? null : first.name }];
      }),
    );
    const { length: parsed } = last.rows;
    expect(receipt).toMatchObject({
      status: 'done',
      rows: { parsed, loaded: good.length, rejected: parsed - good.length },
    });
    expect(receipt.checks.every((check) => check.ok)).toBe(true);
  };

  describe('one after another', () => {
    it.each(['single', 'double'])(
      'are those of the first row in the file, and in files before: %s',
      async (dataset) => {
        await open('postgres');
        const a = { name: 'a.csv', rows: rowsOf(400, 1, 1_000) };
        const b = { name: 'b.csv.gz', rows: rowsOf(400, 2, 1_000) };
        const first = await site.drop(dataset, written(a.name, csvOf(a.rows)));
        expect(first.chunks).toBeGreaterThan(4);
        await expectLast(dataset, [a], first);
        const second = await site.drop(dataset, written(b.name, gzipSync(csvOf(b.rows))));
        await expectLast(dataset, [a, b], second);
        if (dataset === 'double') return;

        // Undone, a file has no keys: what waits because of it is loaded by a replay, what is twice waits on.
        await undone(site, 'a.csv');
        const replay = await replayed(site, 'b.csv.gz');
        const ids = (rows: readonly Row[]) => [...new Set(rows.map(({ id }) => id))].sort((x, y) => x - y);
        const star = async () =>
          (await site.query<{ id: number }>('select id from star.fact_single order by id')).map(
            ({ id }) => id,
          );
        expect(await star()).toEqual(ids(b.rows));
        expect(replay.rows.loaded).toBe(ids(b.rows).length - second.rows.loaded);
        // Loaded again, it comes after them.
        const again = await replayed(site, 'a.csv');
        expect(await star()).toEqual(ids([...a.rows, ...b.rows]));
        expect(again.rows.loaded).toBe(ids([...a.rows, ...b.rows]).length - ids(b.rows).length);
      },
    );
  });

  it('are in the star once when files with the same keys load at the same time, and given up by one that fails', async () => {
    await open('postgres', { workers: 2, chunkBytes: 64 * 1024 });
    const names = ['c.csv', 'd.csv', 'e.csv'];
    // The last is too small for a table of keys of its own.
    const rows = [12_000, 12_000, 2_000].map((count, i) => rowsOf(count, 10 + i, 30_000));
    const receipts = await Promise.all(
      names.map((name, i) => site.drop('single', written(name, csvOf(rows[i])))),
    );
    const [found] = await site.query(
      'select count(*)::int as facts, count(distinct id)::int as ids from star.fact_single',
    );
    const ids = new Set(rows.flat().map(({ id }) => id)).size;
    expect(found).toEqual({ facts: ids, ids });
    expect(receipts.reduce((sum, receipt) => sum + receipt.rows.rejected, 0)).toBe(rows.flat().length - ids);
    for (const receipt of receipts) expect(await loaded('single', receipt)).toHaveLength(receipt.rows.loaded);

    const fresh = rowsOf(200, 3, 300).map((row) => ({ ...row, id: row.id + 30_000 }));
    const bad = await site.drop('single', written('bad.csv', `${csvOf(fresh)}-1,x,2024-01-01,0\n`));
    expect(bad).toMatchObject({ status: 'failed', error: { code: 'LF_CHECK' } });
    const counts = await site.query(
      `select (select count(*)::int from landfall.unique_key where file_id = $1) as keys,
         (select count(*)::int from landfall.unique_repeat) as repeats,
         (select count(*)::int from landfall.unique_file where file_id = $1) as files`,
      [bad.fileId],
    );
    expect(counts).toEqual([{ keys: 0, repeats: 0, files: 0 }]);
    const good = { name: 'good.csv', rows: fresh };
    await expectLast('single', [good], await site.drop('single', written('good.csv', csvOf(fresh))));
  });

  it('go from a version to the one that replaces it, with those of its corrected rows', async () => {
    await open('postgres', { versions: 'replace' });
    const row = (id: number, n: number) => ({ id, code: 'x', day: '2024-01-01', n });
    const first = Array.from({ length: 60 }, (_, n) => row(n % 50, n));
    const one = await site.drop('single', written('v.csv', csvOf(first)));
    expect(one.rows).toMatchObject({ loaded: 50, rejected: 10 });
    await undone(site, 'v.csv');
    const whole = await replayed(site, 'v.csv');
    expect(whole.rows).toMatchObject({ loaded: 50, rejected: 10 });
    const second = Array.from({ length: 50 }, (_, n) => row(n + 25, n));
    const two = await site.drop('single', written('v.csv', csvOf(second)));
    expect(two).toMatchObject({
      status: 'done',
      rows: { loaded: 50, rejected: 0 },
      link: { kind: 'replaces' },
    });
    const other = await site.drop('single', written('w.csv', csvOf([row(10, 0), row(30, 1)])));
    expect(await rejected(other)).toEqual([{ n: 1, line: 7, file: 'v.csv' }]);
    expect(await loaded('single', other)).toEqual([0]);
  });

  it('are the same when a worker is killed while it notes them', { timeout: 90_000 }, async () => {
    const point = 'unique.keys-copied';
    const mark = join(tempFolder(), 'mark');
    process.env.LANDFALL_CRASH_AT = `${point}:2`;
    process.env.LANDFALL_CRASH_MARK = mark;
    // What it had in flight is taken over soon.
    const settings = { LANDFALL_LOCK_MS: '1500' };
    await open('postgres', { workers: 2, chunkBytes: 64 * 1024, settings });
    const file = { name: 'f.csv', rows: rowsOf(12_000, 5, 14_000) };
    const receipt = await site.drop('double', written(file.name, csvOf(file.rows)));
    expect(readFileSync(mark, 'utf8')).toContain(point);
    await expectLast('double', [file], receipt);
  });
});
