/** Keys that the star shows once: many chunks and workers, files in any order and at once, undo, replay, kills. */
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

/** Datasets `single` and `pair`, with one unique rule, and `double`, with two; `versions`: of `single`. */
function definitions(versions = 'add'): string {
  const folder = join(tempFolder(), 'datasets');
  const rules = {
    single: '{ id_once: unique([c.id]) }',
    pair: '{ pair_once: unique([c.id, c.day]) }',
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
  /** Numbers (`n`) of a file's rows among the events of the star and in the lake, which must be the same. */
  const loaded = async (dataset: string, { fileId }: Receipt): Promise<number[]> => {
    const facts = await site.query<{ n: number }>(
      `select n from (
         select n, chunk_id from star.fact_${dataset}_current union all select n, chunk_id from star.fact_${dataset}_superseded
       ) f join landfall.chunk using (chunk_id) where file_id = $1 order by n`,
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
  /** `n` of each reject and the line of the first row. */
  const rejected = async ({ fileId }: Receipt) => {
    const rejects = await site.coordinator.ledger.rejects(fileId, { limit: 100_000 });
    return rejects.map(({ raw, message, code }) => {
      const [, line] = /is already in line (\d+) \(/.exec(message) ?? [];
      expect(code).toBe('LF_REJECT_UNIQUE');
      return { n: Number(raw.split(',').at(-1)), line: Number(line) };
    });
  };
  /** What must be in lake and ledger of a file, whatever other files there are. */
  const expectFile = async (dataset: string, rows: readonly Row[], receipt: Receipt) => {
    const found = repeats(rows.map(keysOf(dataset)));
    const good = rows.filter((_, i) => found[i] === null).map(({ n }) => n);
    expect(receipt).toMatchObject({ status: 'done' });
    expect(await loaded(dataset, receipt)).toEqual(good);
    expect(await rejected(receipt)).toEqual(
      rows.flatMap(({ n }, i) => (found[i] === null ? [] : [{ n, line: found[i].first + 2 }])),
    );
    const { length: parsed } = rows;
    expect(receipt.rows).toMatchObject({ parsed, loaded: good.length, rejected: parsed - good.length });
    expect(receipt.checks.every((check) => check.ok)).toBe(true);
  };
  /** What the star shows, without chunks. */
  const shown = (dataset: string) =>
    site.query<{ id: number }>(
      `select id, n, day::text, d.code from star.fact_${dataset} f join star.dim_code_${dataset} d on d.code_${dataset}_key = f.code_key order by id`,
    );
  const idsOf = (...files: (readonly Row[])[]) =>
    [...new Set(files.flat().map(({ id }) => id))].sort((x, y) => x - y);

  describe('of files in any order', () => {
    const files = [
      { name: 'a.csv', rows: rowsOf(400, 1, 1_000) },
      { name: 'b.csv.gz', rows: rowsOf(400, 2, 1_000) },
      { name: 'c.csv', rows: rowsOf(300, 3, 1_000) },
    ];
    const dropAll = async (dataset: string, order: readonly number[]) => {
      for (const f of order) {
        const { name, rows } = files[f];
        const bytes = name.endsWith('.gz') ? gzipSync(csvOf(rows)) : csvOf(rows);
        await expectFile(dataset, rows, await site.drop(dataset, written(name, bytes)));
      }
      return shown(dataset);
    };

    it.each(['single', 'double'])('are shown once, by the same rows: %s', async (dataset) => {
      await open('postgres');
      const first = await dropAll(dataset, [0, 1, 2]);
      if (dataset === 'single')
        expect(first.map(({ id }) => id)).toEqual(idsOf(...files.map(({ rows }) => rows)));
      // An undone file gives its keys back at once, without a replay of the others.
      await undone(site, 'b.csv.gz');
      const without = await shown(dataset);
      if (dataset === 'single')
        expect(without.map(({ id }) => id)).toEqual(idsOf(files[0].rows, files[2].rows));
      await replayed(site, 'b.csv.gz');
      expect(await shown(dataset)).toEqual(first);
      await site.close();
      await open('postgres');
      expect(await dropAll(dataset, [2, 1, 0])).toEqual(first);
      await undone(site, 'b.csv.gz');
      expect(await shown(dataset)).toEqual(without);
    });
  });

  it('are shown once when files with the same keys load at the same time, and given up by one that fails', async () => {
    await open('postgres', { workers: 2, chunkBytes: 64 * 1024 });
    const names = ['c.csv', 'd.csv', 'e.csv'];
    // The last is too small for a table of keys of its own.
    const rows = [12_000, 12_000, 2_000].map((count, i) => rowsOf(count, 10 + i, 30_000));
    const receipts = await Promise.all(
      names.map((name, i) => site.drop('single', written(name, csvOf(rows[i])))),
    );
    for (const [i, receipt] of receipts.entries()) await expectFile('single', rows[i], receipt);
    expect((await shown('single')).map(({ id }) => id)).toEqual(idsOf(...rows));

    const fresh = rowsOf(200, 3, 300).map((row) => ({ ...row, id: row.id + 30_000 }));
    const bad = await site.drop('single', written('bad.csv', `${csvOf(fresh)}-1,x,2024-01-01,0\n`));
    expect(bad).toMatchObject({ status: 'failed', error: { code: 'LF_CHECK' } });
    expect((await shown('single')).map(({ id }) => id)).toEqual(idsOf(...rows));
    const counts = await site.query(
      `select (select count(*)::int from landfall.unique_key) as keys,
         (select count(*)::int from landfall.unique_repeat) as repeats,
         (select count(*)::int from landfall.unique_run) as tables,
         (select count(*)::int from landfall.unique_file where file_id = $1) as files`,
      [bad.fileId],
    );
    expect(counts).toEqual([{ keys: 0, repeats: 0, tables: 0, files: 0 }]);
    await expectFile('single', fresh, await site.drop('single', written('good.csv', csvOf(fresh))));
    expect((await shown('single')).map(({ id }) => id)).toEqual(idsOf(...rows, fresh));
  });

  it('go from a version to the one that replaces it', async () => {
    await open('postgres', { versions: 'replace' });
    const row = (id: number, n: number) => ({ id, code: 'x', day: '2024-01-01', n });
    const first = Array.from({ length: 60 }, (_, n) => row(n % 50, n));
    const one = await site.drop('single', written('v.csv', csvOf(first)));
    expect(one.rows).toMatchObject({ loaded: 50, rejected: 10 });
    await undone(site, 'v.csv');
    const whole = await replayed(site, 'v.csv');
    expect(whole.rows).toMatchObject({ loaded: 50, rejected: 10 });
    const second = Array.from({ length: 50 }, (_, n) => row(n + 25, n + 100));
    const two = await site.drop('single', written('v.csv', csvOf(second)));
    expect(two).toMatchObject({
      status: 'done',
      rows: { loaded: 50, rejected: 0 },
      link: { kind: 'replaces' },
    });
    expect((await shown('single')).map(({ id }) => id)).toEqual(idsOf(second));
    const other = await site.drop('single', written('w.csv', csvOf([row(10, 0), row(30, 1)])));
    expect(other.rows).toMatchObject({ loaded: 2, rejected: 0 });
    expect((await shown('single')).map(({ id }) => id)).toEqual(idsOf(second, [row(10, 0)]));
    await undone(site, 'v.csv');
    expect(await shown('single')).toMatchObject([
      { id: 10, n: 0 },
      { id: 30, n: 1 },
    ]);
  });

  it('of rows in which a part of the key is null are none: every such row is shown', async () => {
    await open('postgres');
    const csv = 'id,code,day,n\n1,red,,1\n1,red,,2\n';
    await site.drop('pair', written('one.csv', csv));
    await site.drop('pair', written('two.csv', `${csv}2,red,2024-01-01,3\n2,red,2024-01-01,3\n`));
    const found = await site.query('select id, n from star.fact_pair order by n');
    expect(found).toEqual([1, 1, 2, 2, 3].map((n) => ({ id: n < 3 ? 1 : 2, n })));
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
    await expectFile('double', file.rows, receipt);
  });
});
