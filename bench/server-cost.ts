/**
 * Measures what a fact row of trips costs PostgreSQL, and the share of each part of the table, in one session with
 * rows encoded in advance. Also measures the cost of finding and inserting a member of a large dimension.
 * `npm run bench:server -- --rows 2000000 --out bench/results/server.json`
 */
import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { wholeNumber } from '../cli/commands/generate.ts';
import { connectDatabase } from '../platform/database/database.ts';
import { Members } from '../sinks/postgres/dimensions/members.ts';
import { openFactCopy } from '../sinks/postgres/facts/fact-copy.ts';
import { processStat } from './processes/proc.ts';
import { median } from './rounds/rounds.ts';
import { resultsHead, saveResults } from './rounds/save.ts';
import { Arena } from './sides/arena.ts';

const flags = new Command('bench:server')
  .description("the server's CPU a fact row, for tables that differ in one thing each")
  .option('--rows <n>', 'rows', wholeNumber('--rows'), 2_000_000)
  .option('--rounds <n>', 'rounds', wholeNumber('--rounds'), 3)
  .option('--members <n>', 'members of the dimension', wholeNumber('--members'), 5_000_000)
  .option('--out <file>', 'file for the results, as JSON')
  .parse()
  .opts<{ rows: number; rounds: number; members: number; out?: string }>();

type Column = readonly [name: string, type: 'integer' | 'timestamptz' | 'bigint'];

/** The columns of star.fact_trip. */
const columns: readonly Column[] = [
  ['region_key', 'integer'],
  ['datasource_key', 'integer'],
  ['date_key', 'integer'],
  ['origin_cell', 'integer'],
  ['datetime', 'timestamptz'],
  ['destination_cell', 'integer'],
  ['chunk_id', 'integer'],
];

interface Variant {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Without the index of ranges over chunk_id. */
  readonly bare?: boolean;
  readonly unlogged?: boolean;
  /** Created by the transaction that fills it: with wal_level = minimal, nothing is logged. */
  readonly sameTransaction?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'as it is', columns },
  { name: 'without the index over chunk_id', columns, bare: true },
  {
    name: 'chunk_id as the first column, so that its index need not skip others',
    columns: [
      'chunk_id',
      'region_key',
      'datasource_key',
      'date_key',
      'datetime',
      'origin_cell',
      'destination_cell',
    ].map((name) => columns.find((column) => column[0] === name)!),
  },
  {
    name: 'the time as bigint, which PostgreSQL does not check',
    columns: columns.map(([name, type]) => [name, type === 'timestamptz' ? 'bigint' : type]),
  },
  { name: 'without date_key', columns: columns.filter(([name]) => name !== 'date_key') },
  { name: 'unlogged', columns, unlogged: true },
  { name: 'created by the same transaction, not logged', columns, sameTransaction: true },
  { name: 'three columns, no index', columns: columns.slice(4), bare: true },
  { name: 'one column of four bytes, no index', columns: columns.slice(6), bare: true },
];

/** Rows in the binary format of COPY, without header and trailer. */
function encodedRows(types: readonly Column[], rows: number): Buffer {
  const width = 2 + types.reduce((sum, [, type]) => sum + (type === 'integer' ? 8 : 12), 0);
  const bytes = Buffer.alloc(width * rows);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    at = bytes.writeInt16BE(types.length, at);
    for (const [, type] of types) {
      at = bytes.writeInt32BE(type === 'integer' ? 4 : 8, at);
      if (type === 'integer') at = bytes.writeInt32BE((row * 7919) % 100_000, at);
      else at = bytes.writeBigInt64BE(577_000_000_000_000n + BigInt(row) * 1_000_000n, at);
    }
  }
  return bytes;
}

/** CPU time of the copying session, in microseconds per row. */
async function copyOnce(arena: Arena, variant: Variant, rows: Buffer): Promise<number> {
  await arena.emptyDatabase();
  await arena.settle();
  const database = connectDatabase(arena.databaseUrl, { max: 1, name: 'landfall bench' });
  const client = await database.pool.connect();
  const list = variant.columns.map(([name, type]) => `${name} ${type} not null`).join(', ');
  const make = [
    `create ${variant.unlogged ? 'unlogged ' : ''}table public.fact (${list})`,
    ...(variant.bare ? [] : ['create index on public.fact using brin (chunk_id)']),
  ];
  try {
    if (variant.sameTransaction) await client.query('begin');
    for (const statement of make) await client.query(statement);
    const [{ pid }] = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
    const before = processStat(pid)!.cpuSeconds;
    if (!variant.sameTransaction) await client.query('begin');
    const names = variant.columns.map(([name]) => name);
    const copy = openFactCopy(client, { schema: 'public', table: 'fact', columns: names });
    await copy.write(rows);
    const taken = await copy.finish();
    await client.query('commit');
    if (taken !== flags.rows) throw new Error(`the server took ${taken} rows of ${flags.rows}`);
    return ((processStat(pid)!.cpuSeconds - before) * 1e6) / flags.rows;
  } finally {
    client.release(true);
    await database.close();
  }
}

/** The number of members that a worker asks for at once: the rows of a batch of the kernel. */
const askedAtOnce = 6000;
/** The number of members asked for in a round. */
const askedInRound = 120_000;

interface MemberCosts {
  readonly found: number[];
  readonly inserted: number[];
}

/**
 * CPU time in microseconds per member of a session that finds, and then inserts, members of a dimension with a text
 * as its natural key, in the way a worker does. Texts are hashes, so that their order is random.
 */
async function askMembers(arena: Arena): Promise<MemberCosts> {
  await arena.emptyDatabase();
  const database = connectDatabase(arena.databaseUrl, { max: 1, name: 'landfall bench' });
  const { pool } = database;
  const costs: MemberCosts = { found: [], inserted: [] };
  try {
    await pool.query(`create table public.dim_customer (
      customer_key integer generated always as identity primary key, name text, unique nulls not distinct (name))`);
    await pool.query(
      `insert into public.dim_customer (name) select md5(n::text) from generate_series(1, $1::integer) n`,
      [flags.members],
    );
    await pool.query('vacuum analyze public.dim_customer');
    await arena.settle();
    const [{ pid }] = (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
    const table = { schema: 'public', table: 'dim_customer', key: 'customer_key' };
    const members = new Members(pool, {
      ...table,
      natural: [{ name: 'name', type: 'text' }],
      attributes: [],
    });
    /** Asks for members by number, starting at `from`. Returns the time per member. */
    const ask = async (from: number, number: (i: number) => number) => {
      const before = processStat(pid)!.cpuSeconds;
      for (let i = from; i < from + askedInRound; i += askedAtOnce) {
        const asked = Array.from({ length: askedAtOnce }, (_, n) => number(i + n));
        const names = asked.map((n) => createHash('md5').update(String(n)).digest('hex'));
        await members.keysOf(names.map((name) => ({ natural: [name], attributes: [] })));
      }
      return ((processStat(pid)!.cpuSeconds - before) * 1e6) / askedInRound;
    };
    // Ask for new ones first: from then on, they are inserted without looking them up.
    await members.keysOf([{ natural: ['new'], attributes: [] }]);
    for (let round = 0; round < flags.rounds; round++) {
      costs.inserted.push(await ask(round * askedInRound, (i) => flags.members + 1 + i));
    }
    await members.keysOf([{ natural: ['new'], attributes: [] }]);
    for (let round = 0; round < flags.rounds; round++) {
      costs.found.push(await ask(round * askedInRound, (i) => 1 + ((i * 7919) % flags.members)));
    }
    return costs;
  } finally {
    await database.close();
  }
}

const arena = await Arena.open({ ...flags, say: () => undefined });
try {
  if (arena.postmaster === null) throw new Error("the server's processes cannot be seen from here");
  const measured = variants.map(({ name }) => ({ name, rounds: [] as number[] }));
  for (let round = 0; round < flags.rounds; round++) {
    for (const [i, variant] of variants.entries()) {
      measured[i].rounds.push(await copyOnce(arena, variant, encodedRows(variant.columns, flags.rows)));
    }
  }
  const members = await askMembers(arena);
  const results = {
    ...(await resultsHead('server', arena.server.version, flags.rows)),
    variants: measured.map(({ name, rounds }) => ({ name, microsecondsOfCpu: median(rounds), rounds })),
    members: {
      count: flags.members,
      found: { microsecondsOfCpu: median(members.found), rounds: members.found },
      inserted: { microsecondsOfCpu: median(members.inserted), rounds: members.inserted },
    },
  };
  for (const { name, microsecondsOfCpu } of results.variants)
    process.stdout.write(`  ${name.padEnd(56)} ${microsecondsOfCpu.toFixed(3)} µs\n`);
  for (const done of ['found', 'inserted'] as const)
    process.stdout.write(
      `  ${`a member ${done}`.padEnd(56)} ${results.members[done].microsecondsOfCpu.toFixed(3)} µs\n`,
    );
  if (flags.out) saveResults(flags.out, results);
} finally {
  await arena.close();
}
