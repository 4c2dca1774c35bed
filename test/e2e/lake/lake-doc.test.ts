/** Reading the lake, as docs/sinks.md has it, run as it stands: what DuckDB reads from the parts are the rows of the star, in every mode. */
import { createWriteStream, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactDataset } from '../../../coordinator/commands/compact/compact.ts';
import {
  append,
  boolean,
  defineDataset,
  fromName,
  history,
  integer,
  month,
  numeric,
  snapshot,
  text,
  timestamp,
  upsert,
} from '../../../model/index.ts';
import type { Mode } from '../../../model/language/modes.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { applyEvents, undoEvents } from '../../../sinks/postgres/events/index.ts';
import { stagingTable } from '../../../sinks/postgres/facts/staging.ts';
import { type Oracle, openOracle } from '../../oracle/duckdb.ts';
import { randomOf } from '../../sinks/postgres/events/generate.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { openStage, type Stage } from '../../workers/support.ts';

const doc = readFileSync(new URL('../../../docs/sinks.md', import.meta.url), 'utf8').split(
  '## Reading the lake',
)[1];
const fences = (language: string) =>
  [...doc.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) => code);
const [psql] = fences('psql');
const [events, shown, versions] = fences('sql');

const columns = {
  id: integer({ required: true }),
  state: text(),
  amount: numeric(9, 2),
  country: text(),
  at: timestamp({ required: true }),
  gone: boolean(),
};
const key = ['id'] as const;
const orderBy = 'at';
const modes: readonly (readonly [string, Mode<keyof typeof columns>])[] = [
  ['plain', append()],
  ['once', append({ dedupe: key, orderBy })],
  ['rows', append({ dedupe: 'row' })],
  ['latest', upsert({ key, orderBy, deleted: 'gone' })],
  ['whole', snapshot({ key, asOf: fromName('{date}.csv') })],
  ['scoped', snapshot({ key, scope: ['country'], nullKeys: 'equal', asOf: fromName('{date}.csv') })],
  ['versions', history({ key, orderBy, deleted: 'gone', track: ['state'] })],
];

const definitionOf = (name: string, mode: Mode<keyof typeof columns>) =>
  defineDataset({
    ...{ name, columns, mode },
    enrich: (c) => ({ month: month(c.at) }),
    lake: { partitionBy: ['month'] },
    star: { fact: `fact_${name}` },
  });

const same = { missing: 0, extra: 0, examples: { missing: [], extra: [] } };
const random = randomOf(3);

/** All lines so far: some come again. */
const lines: string[] = [];

function csvOf(rows: number): string {
  const row = () => {
    const at = `2024-0${1 + random(3)}-0${1 + random(4)} 0${random(3)}:00:00`;
    const state = ['', 'new', '"old, used"'][random(3)];
    return [random(12), state, `${random(90)}.5`, ['', 'cz', 'sk'][random(3)], at, random(5) === 0].join();
  };
  for (let i = 0; i < rows; i++)
    lines.push(random(3) === 0 && lines.length > 0 ? lines[random(lines.length)] : row());
  return [Object.keys(columns).join(), ...lines.slice(-rows), ''].join('\n');
}

let database: TestDatabase;
let oracle: Oracle;
let folder: string;
let snapshots = 0;
beforeAll(async () => {
  database = await testDatabase();
  oracle = await openOracle();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lake-doc-')));
});
afterAll(async () => {
  oracle.close();
  await database.drop();
});

/** Loads a file of several chunks and ends it, as far as star and lake go. */
async function load(definition: ReturnType<typeof definitionOf>, rows: number): Promise<Stage> {
  const csv = Buffer.from(csvOf(rows));
  const half = csv.indexOf('\n', csv.length / 2) + 1;
  const stage = await openStage(database, definition, csv, half > 0 && half < csv.length ? [half] : []);
  const { dataset, ledger, fileId, jobs } = stage;
  await ledger.saveDefinition(dataset.version, dataset.name, dataset);
  const lake = await openStorage(join(folder, 'lake'));
  const { star } = dataset;
  if (star!.keyed !== null) {
    const staging = stagingTable(star!, { fileId });
    await database.pool.query(`create table ${staging} (like star.fact_${dataset.name}_staging)`);
  }
  for (const job of jobs) await stage.load(job, { lake });
  await step(fileId, dataset.name, 'end', async (client, number) => {
    if (dataset.star!.keyed === null) return;
    const asOf = `2024-01-${10 + random(15)}T00:00:00Z`;
    const chunkIds = jobs.map(({ chunkId }) => chunkId);
    await applyEvents(
      client,
      dataset.star!,
      [{ fileId, chunkIds, asOf, seenAt: new Date(0), contentHash: `sha256:${fileId}` }],
      number,
    );
  });
  return stage;
}

async function undo({ dataset, fileId, jobs }: Stage): Promise<void> {
  await step(fileId, dataset.name, 'undo', async (client, number) => {
    const chunkIds = jobs.map(({ chunkId }) => chunkId);
    if (dataset.star!.keyed !== null) await undoEvents(client, dataset.star!, { fileId, chunkIds }, number);
    else await client.query(`delete from star.${dataset.star!.fact} where chunk_id = any($1)`, [chunkIds]);
    await client.query('delete from landfall.part where file_id = $1', [fileId]);
  });
}

/** Puts all rows of a dataset into one part a partition. */
async function compact(dataset: string): Promise<void> {
  const lake = await openStorage(join(folder, 'lake'));
  const limits = { partitions: [], dryRun: false, keepSeconds: 0, targetBytes: 1e6, minParts: 2 };
  const { partitions, parts } = await compactDataset({ pool: database.pool, lake }, dataset, limits);
  expect(partitions.compacted).toBeGreaterThan(0);
  expect(parts.after).toBe(partitions.all);
}

async function step(
  fileId: number,
  dataset: string,
  kind: 'end' | 'undo',
  change: (client: pg.PoolClient, number: number) => Promise<void>,
): Promise<void> {
  const client = await database.pool.connect();
  const number = ++snapshots;
  await client.query('begin');
  await change(client, number);
  await client.query(
    'insert into landfall.snapshot (snapshot_id, dataset, file_id, kind) values ($1, $2, $3, $4)',
    [number, dataset, fileId, kind],
  );
  const state = kind === 'end' ? 'done' : 'undone';
  await client.query('update landfall.file set state = $2 where file_id = $1', [fileId, state]);
  await client.query('commit');
  client.release();
}

/** Writes what `statement` copies to a file. */
async function copy(statement: string, name: string): Promise<void> {
  const client = await database.pool.connect();
  try {
    await pipeline(client.query(copyTo(statement)), createWriteStream(join(folder, name)));
  } finally {
    client.release();
  }
}

/** Runs the document's commands for a dataset, with a snapshot if it is said. */
async function readLake(dataset: string, isHistory: boolean, at: number | null = null): Promise<void> {
  const [first, ...copies] = psql.replaceAll("'customers'", `'${dataset}'`).trimEnd().split('\n');
  const { rows } = await database.pool.query(first.replace(' \\gset', ''));
  const n = at ?? rows[0].n;
  for (const line of copies) {
    const [, statement, name] = /^(.*) \\g (\S+)$/.exec(line)!;
    await copy(statement.replace(':n', String(n)), name);
  }
  const all = 'create or replace view shown as select * exclude (part, chunk_id) from events';
  for (const code of [events, dataset === 'plain' ? all : isHistory ? versions : shown]) {
    const here = code
      .replaceAll(/'(\w+\.csv)'/g, (_, name) => `'${join(folder, name)}'`)
      .replace("'lake/'", `'${join(folder, 'lake')}/'`);
    for (const statement of here.split(';\n').filter((one) => one.trim() !== ''))
      await oracle.connection.run(statement);
  }
}

/** Compares what the lake shows with what the star shows. */
async function expectStar(dataset: string, isHistory: boolean): Promise<number> {
  const names = [...Object.keys(columns), ...(isHistory ? ['valid_from', 'valid_to'] : [])];
  await copy(
    `copy (select ${names.join(', ')} from star.fact_${dataset}) to stdout with (format csv, header)`,
    'star.csv',
  );
  await oracle.fromCsv(join(folder, 'star.csv'), 'shown');
  expect(await oracle.compare('star', 'shown', names)).toEqual(same);
  const [{ n }] = await oracle.rows('select count(*) as n from star');
  return Number(n);
}

describe.each(modes)('%s', (name, mode) => {
  const isHistory = mode.mode === 'history';
  it('shows in the lake what the star shows, now and then', { timeout: 120_000 }, async () => {
    const definition = definitionOf(name, mode);
    const stages: Stage[] = [];
    let loaded = 0;
    let shownNow = 0;
    for (const rows of [40, 25, 30]) {
      stages.push(await load(definition, rows));
      loaded += rows;
      await readLake(name, isHistory);
      shownNow = await expectStar(name, isHistory);
    }
    expect(shownNow).toBeGreaterThan(0);
    if (name === 'plain') expect(shownNow).toBe(loaded);
    else expect(shownNow).toBeLessThan(loaded);

    await compact(name);
    await readLake(name, isHistory);
    await expectStar(name, isHistory);

    // The star as it is now is what the lake has as of this snapshot, once more files have ended.
    const then = snapshots;
    await oracle.connection.run('create or replace table before as select * from star');
    const later = await load(definition, 20);
    await readLake(name, isHistory, then);
    expect(await oracle.compare('before', 'shown')).toEqual(same);
    await readLake(name, isHistory);
    await expectStar(name, isHistory);

    await undo(later);
    await readLake(name, isHistory, then);
    expect(await oracle.compare('before', 'shown')).toEqual(same);
    await expect(readLake(name, isHistory, then + 1)).rejects.toThrow(/can no longer be read/);
    await undo(stages[0]);
    await readLake(name, isHistory);
    await expectStar(name, isHistory);
    await compact(name);
    await readLake(name, isHistory);
    await expectStar(name, isHistory);
    await expect(readLake(name, isHistory, then)).rejects.toThrow(/can no longer be read/);
  });
});
