/** The library: what a program gets of `ingest`, `open`, `query` and `watch`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingest, type OpenSite, open, query, watch } from '../../cli/client/index.ts';
import { statesOf } from '../../cli/client/watch-progress.ts';
import type { ProgressMessage, ProgressState } from '../../platform/progress/progress.ts';
import { sharedHome, type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';

const definition = `
  import { bigint, defineDataset, integer, numeric, text } from 'landfall';
  export default defineDataset({
    name: 'sums',
    columns: { n: integer({ required: true }), big: bigint(), part: numeric(10, 2), word: text() },
    star: { fact: 'sums', dimensions: {}, columns: ['n', 'big', 'part', 'word'] },
  });
`;

let database: TestDatabase;
let folder: string;
let site: OpenSite;
const token = 'a-token';

beforeAll(async () => {
  [database, folder] = [await testDatabase(), tempFolder()];
  writeFileSync(join(folder, 'sums.ts'), definition);
  writeFileSync(join(folder, 'good.csv'), 'n,big,part,word\n1,9007199254740993,0.10,a\n2,,,\n');
  writeFileSync(join(folder, 'bad.csv'), 'n,big,part,word\nx,1,1,a\ny,1,1,a\n');
  site = await open({ ...settings(), port: 0, token });
});

afterAll(async () => {
  await site?.close();
  await database?.drop();
});

function settings() {
  const [landingUrl, lakeUrl, archiveUrl] = ['landing', 'lake', 'archive'].map((name) => join(folder, name));
  const datasets = [join(folder, 'sums.ts')];
  const places = { home: sharedHome(), databaseUrl: database.url, landingUrl, lakeUrl, archiveUrl };
  return { ...places, datasets, workers: 1, log: 'error' } as const;
}

it('says what became of each file, in the order in which they were given', async () => {
  const paths = ['bad.csv', 'good.csv', 'none.csv'].map((name) => join(folder, name));
  const [bad, good, none] = await site.ingest(paths, { dataset: 'sums' });
  expect(good).toMatchObject({ status: 'done', dataset: 'sums', rows: { parsed: 2, loaded: 2 } });
  expect(bad).toMatchObject({ status: 'failed', error: { code: 'LF_REJECT_LIMIT' } });
  expect(none).toMatchObject({ status: 'failed', receipt: null, error: { code: 'LF_FILE_MISSING' } });
  // A call of its own, beside the coordinator that is open.
  const again = await ingest(join(folder, 'good.csv'), { ...settings(), dataset: 'sums' });
  expect(again).toMatchObject({ status: 'duplicate', dataset: 'sums' });
});

it('gives rows by name, with every digit', async () => {
  const sql =
    'select n, big, part, word, n > 1 as more, now()::date as day from sums where n >= $1 order by n';
  const { columns, rows } = await site.query(sql, { values: [1] });
  expect(columns.map(({ type }) => type.kind)).toEqual([
    'int32',
    'int64',
    'decimal',
    'text',
    'boolean',
    'date',
  ]);
  const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
  expect(rows).toEqual([
    { n: 1, big: '9007199254740993', part: '0.10', word: 'a', more: false, day },
    { n: 2, big: null, part: null, word: null, more: true, day },
  ]);
  const typed = await query<{ n: number }>('select count(*)::int as n from sums', settings());
  expect(typed.rows[0].n).toBe(2);
  const inLake = await query('select count(*) as n from sums', { ...settings(), lake: true });
  expect(inLake.rows).toEqual([{ n: '2' }]);
  await expect(site.query('delete from sums')).rejects.toMatchObject({ code: 'LF_SQL_READ_ONLY' });
});

it('yields the state here and elsewhere, and ends when it is told to', async () => {
  const states: ProgressState[] = [];
  const ending = new AbortController();
  for await (const state of watch({ url: site.url!, token, signal: ending.signal })) {
    states.push(state);
    ending.abort();
  }
  for await (const state of site.watch()) {
    states.push(state);
    break;
  }
  const files = states.map((state) => state.files.map(({ name, state: is }) => `${name} ${is}`).sort());
  expect(files[0]).toEqual(files[1]);
  expect(files[0]).toContain('good.csv done');
});

it('refuses a wrong token', async () => {
  await expect(watch({ url: site.url!, token: 'other' }).next()).rejects.toMatchObject({
    code: 'LF_WATCH_TOKEN',
  });
});

it('leaves out states that came while the program was busy', async () => {
  let tell: (message: ProgressMessage) => void = () => {};
  let stopped = false;
  const source = {
    subscribe(listener: typeof tell) {
      tell = listener;
      return () => {
        stopped = true;
      };
    },
  };
  const states = statesOf(source, {});
  const first = states.next();
  const state = { files: [], workers: [] } as unknown as ProgressState;
  tell({ type: 'snapshot', epoch: 'e', seq: 0, state } as unknown as ProgressMessage);
  expect((await first).value).toBe(state);
  for (const seq of [1, 2, 3])
    tell({
      type: 'change',
      epoch: 'e',
      from: seq - 1,
      seq,
      totals: { files: seq },
    } as unknown as ProgressMessage);
  expect((await states.next()).value).toMatchObject({ totals: { files: 3 } });
  await states.return();
  expect(stopped).toBe(true);
});
