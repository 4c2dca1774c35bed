/**
 * Measures what ending and undoing a file of a keyed dataset costs PostgreSQL, beside a plain load of the same rows
 * and beside `insert … on conflict`. `npm run bench:events -- --rows 5000000 --keys 10000000`
 */
import { Command } from 'commander';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { wholeNumber } from '../../cli/commands/generate.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledStar } from '../../model/compiled.ts';
import { bigint, defineDataset, integer, numeric, text, timestamp, upsert } from '../../model/index.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import { starDdl } from '../../sinks/postgres/ddl/ddl.ts';
import { applyEvents, undoEvents } from '../../sinks/postgres/events/index.ts';
import { stagingTable } from '../../sinks/postgres/facts/staging.ts';
import { processStat } from '../processes/proc.ts';
import { Arena } from '../sides/arena.ts';

const flags = new Command('bench:events')
  .description('what ending and undoing files of keyed datasets costs the server')
  .option('--rows <n>', 'rows of a large file', wholeNumber('--rows'), 1_000_000)
  .option('--keys <n>', 'keys that a file of 25 rows meets', wholeNumber('--keys'), 10_000_000)
  .option('--only <parts>', 'some of plain, new, bare, hits, conflict, few; separated by commas')
  .parse()
  .opts<{ rows: number; keys: number; only?: string }>();

const parts = flags.only?.split(',') ?? ['plain', 'new', 'bare', 'hits', 'conflict', 'few'];

const dataset = compileDataset(
  defineDataset({
    name: 'bench_orders',
    columns: {
      order_id: bigint(),
      customer: integer(),
      status: text(),
      amount: numeric(10, 2),
      updated_at: timestamp(),
      note: text(),
      shop: integer(),
      clerk: integer(),
    },
    star: {
      schema: 'bench',
      fact: 'orders',
      columns: ['order_id', 'customer', 'status', 'amount', 'updated_at', 'note', 'shop', 'clerk'],
    },
    mode: upsert({ key: ['order_id'], orderBy: 'updated_at' }),
  }),
);
const star = dataset.star as CompiledStar;
const shown = 'order_id, customer, status, amount, updated_at, note, shop, clerk';
const event = `${shown}, _key, _order, _hash, _row, chunk_id`;

/** Orders 1 to `rows`, changed `version` times, in an order in which no key is beside the next. */
function ordersOf(rows: number, version: number, file: number): string {
  return `select i as order_id, (i * 7919 % 100000)::int as customer,
      (array['new', 'paid', 'sent', 'back'])[1 + (i + ${version}) % 4] as status, (i * 13 % 100000) / 100.0 as amount,
      '2026-01-01'::timestamptz + (i % 900000) * interval '7 s' + ${version} * interval '1 day' as updated_at,
      'note of order ' || i as note, (i % 500)::int as shop, (i % 77)::int as clerk, md5('k' || i)::uuid as _key,
      '2026-01-01'::timestamptz + (i % 900000) * interval '7 s' + ${version} * interval '1 day' as _order,
      md5('h' || i || '/' || ${version})::uuid as _hash, (n % 250000)::int as _row,
      (${file * 1000} + n / 250000)::int as chunk_id
    from (select n, 1 + n * 15485863 % ${rows} as i from generate_series(0::bigint, ${rows - 1}) n) n`;
}

const fileOf = (fileId: number, rows: number) => ({
  fileId,
  chunkIds: Array.from({ length: Math.ceil(rows / 250_000) }, (_, i) => fileId * 1000 + i),
  asOf: null,
  contentHash: '',
  seenAt: new Date(0),
});

let client: pg.PoolClient;
let serverPid = 0;
const times = new Map<string, { seconds: number; cpu: number }>();

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const cpu = () => processStat(serverPid)?.cpuSeconds ?? 0;
  const [started, before] = [performance.now(), cpu()];
  await work();
  const time = { seconds: (performance.now() - started) / 1000, cpu: cpu() - before };
  times.set(name, time);
  console.log(
    `${name.padEnd(44)} ${time.seconds.toFixed(2).padStart(8)} s ${time.cpu.toFixed(2).padStart(8)} s CPU`,
  );
}

async function rowsOf(sql: string): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of client.query(copyTo(`copy (${sql}) to stdout (format binary)`)))
    pieces.push(piece);
  return pieces;
}

async function copyInto(table: string, columns: string, pieces: readonly Buffer[]): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin (format binary)`));
  const ended = new Promise((resolve, reject) => stream.on('finish', resolve).on('error', reject));
  for (const piece of pieces)
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
  stream.end();
  await ended;
}

async function transaction(work: () => Promise<unknown>): Promise<void> {
  await client.query('begin');
  await work();
  await client.query('commit');
}

/** Loads a file as workers and coordinator do. */
async function load(name: string, fileId: number, rows: number, pieces: readonly Buffer[]): Promise<void> {
  const table = stagingTable(star, { fileId });
  await client.query(`create table ${table} (like bench.orders_staging)`);
  await timed(`${name}: copy into staging`, () => copyInto(table, event, pieces));
  await timed(`${name}: end`, () =>
    transaction(() => applyEvents(client, star, [fileOf(fileId, rows)], fileId, { delta: false })),
  );
  await client.query(`drop table ${table}`);
}

async function fresh(): Promise<void> {
  await client.query('drop schema if exists bench cascade');
  for (const statement of starDdl(dataset)) await client.query(statement);
}

async function large(rows: number): Promise<void> {
  if (parts.includes('plain')) {
    const pieces = await rowsOf(`select ${shown}, chunk_id from (${ordersOf(rows, 0, 1)}) o`);
    await client.query(`create table bench.plain as select ${shown}, chunk_id from bench.orders limit 0`);
    await client.query('create index on bench.plain using brin (chunk_id)');
    await timed('plain append', () => copyInto('bench.plain', `${shown}, chunk_id`, pieces));
  }
  const [first, second] = [await rowsOf(ordersOf(rows, 0, 1)), await rowsOf(ordersOf(rows, 1, 2))];
  if (parts.includes('new') || parts.includes('hits')) await load('new keys', 1, rows, first);
  if (parts.includes('hits')) {
    await client.query('vacuum analyze bench.orders_current');
    await load('all hit', 2, rows, second);
    await timed('all hit: undo', () =>
      transaction(() => undoEvents(client, star, fileOf(2, rows), 3, { delta: false })),
    );
  }
  if (parts.includes('bare')) await bare(rows);
  if (!parts.includes('conflict')) return;
  const empty = `as select ${shown}, chunk_id from bench.orders limit 0`;
  await client.query(`create table bench.target ${empty}`);
  await copyInto(
    'bench.target',
    `${shown}, chunk_id`,
    await rowsOf(`select ${shown}, chunk_id from (${ordersOf(rows, 0, 1)}) o`),
  );
  await client.query('alter table bench.target add primary key (order_id)');
  await client.query('vacuum analyze bench.target');
  await client.query(`create table bench.staged ${empty}`);
  const pieces = await rowsOf(`select ${shown}, chunk_id from (${ordersOf(rows, 1, 2)}) o`);
  await timed('on conflict: copy into staging', () => copyInto('bench.staged', `${shown}, chunk_id`, pieces));
  const sets = `${shown}, chunk_id`.split(', ').map((name) => `${name} = excluded.${name}`);
  await timed('on conflict: insert', () =>
    client.query(
      `insert into bench.target as t select * from bench.staged on conflict (order_id) do update set ${sets.join(', ')}
       where excluded.updated_at > t.updated_at`,
    ),
  );
}

/** What no mode can do without: sorted rows with new keys enter a table that has as many, and its key index. */
async function bare(rows: number): Promise<void> {
  const columns = `${event}, _since`;
  await client.query('create table bench.bare (like bench.orders_current)');
  await client.query('create unique index on bench.bare (_key)');
  const sorted = (keys: string) =>
    `select ${event.replace('_key', `md5('${keys}' || order_id)::uuid as _key`)}, 1 as _since
     from (${ordersOf(rows, 0, 1)}) o order by _key`;
  await client.query(`insert into bench.bare (${columns}) ${sorted('k')}`);
  await client.query('vacuum analyze bench.bare');
  await client.query(`create table bench.sorted as ${sorted('other')}`);
  await timed('bare: sorted rows enter a table with its key', () =>
    client.query(`insert into bench.bare (${columns}) select ${columns} from bench.sorted`),
  );
  await client.query('drop table bench.bare, bench.sorted');
}

/** A file of 25 rows, 20 times; the median of what its end takes. */
async function few(name: string, keys: number): Promise<void> {
  await fresh();
  if (keys > 0) {
    await client.query(
      `insert into bench.orders_current (${event}, _since) select ${event}, 1 from (${ordersOf(keys, 0, 1)}) o order by _key`,
    );
    await client.query('vacuum analyze bench.orders_current');
  }
  const took: number[] = [];
  for (let fileId = 2; fileId < 22; fileId++) {
    await client.query(
      `insert into bench.orders_staging (${event}) select ${event} from (${ordersOf(5000, fileId, fileId)}) o limit 25`,
    );
    const started = performance.now();
    await transaction(() => applyEvents(client, star, [fileOf(fileId, 25)], fileId));
    took.push(performance.now() - started);
  }
  took.sort((a, b) => a - b);
  console.log(
    `25 rows, ${name.padEnd(35)} ${took[10].toFixed(1)} ms (median of 20; worst ${took[19].toFixed(1)} ms)`,
  );
}

const arena = await Arena.open({ rows: flags.rows, rounds: 1, say: console.log });
const database = connectDatabase(arena.databaseUrl, { name: 'bench' });
try {
  client = await database.pool.connect();
  serverPid = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
  await fresh();
  await large(flags.rows);
  if (parts.includes('few')) {
    await few('no keys', 0);
    await few(`${flags.keys} keys`, flags.keys);
  }
  client.release();
} finally {
  await database.close();
  await arena.close();
}
