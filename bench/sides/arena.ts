/** The setting of all contests: one server, one folder, one machine, and inputs that all sides share. */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { openDatabase } from '../../ledger/open-database.ts';
import { loadConfig } from '../../platform/config/config.ts';
import { commandLine, processStat, treeCpuSeconds } from '../processes/proc.ts';
import { runProcess } from '../processes/process-run.ts';
import { writeInput } from './inputs.ts';
import { sumsOfTripsCsv, type TripSums } from './trip-sums.ts';

export interface ArenaOptions {
  readonly rows: number;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

/** A CSV file that sides read, and its number of records. */
export interface Input {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export class Arena {
  readonly rows: number;
  readonly rounds: number;
  readonly say: (text: string) => void;
  /** The bench writes only below this folder, and removes it at the end. */
  readonly folder: string;
  /** The bench's own database on the server that all sides use. */
  readonly databaseUrl: string;
  /** The version and settings that the server reports. */
  readonly server: { readonly version: string; readonly settings: Readonly<Record<string, string>> };
  /** The server's first process, if it runs on this machine. */
  readonly postmaster: number | null;
  private readonly inputs = new Map<string, Promise<Input>>();
  private readonly sums = new Map<string, Promise<TripSums>>();
  private readonly closers: (() => Promise<unknown>)[];
  private kept = 0;

  private constructor(options: ArenaOptions, place: Place, closers: (() => Promise<unknown>)[]) {
    this.rows = options.rows;
    this.rounds = options.rounds;
    this.say = options.say;
    this.folder = place.folder;
    this.databaseUrl = place.databaseUrl;
    this.server = place.server;
    this.postmaster = place.postmaster;
    this.closers = closers;
  }

  /** The server of DATABASE_URL if that is set, otherwise the bench's own embedded one. */
  static async open(options: ArenaOptions): Promise<Arena> {
    const folder = await mkdtemp(join(process.env.LANDFALL_BENCH_FOLDER ?? tmpdir(), 'landfall-bench-'));
    const closers = [async () => rmSync(folder, { recursive: true, force: true })];
    try {
      const database = await openDatabase(await loadConfig({ home: join(folder, 'home') }, { cwd: folder }));
      closers.push(() => database.close());
      const databaseUrl = await createDatabase(database.url);
      closers.push(() => dropDatabase(database.url));
      const place = { folder, databaseUrl, ...(await describeServer(databaseUrl)) };
      return new Arena(options, place, closers);
    } catch (error) {
      for (const closer of closers.reverse()) await closer();
      throw error;
    }
  }

  /** A generated file. It is created on first use and kept until the end. */
  input(name: string, rows: number, seed = 1): Promise<Input> {
    const key = `${name}-${rows}-${seed}`;
    let made = this.inputs.get(key);
    if (made === undefined) {
      this.say(`  generating ${rows.toLocaleString('en')} rows of ${name}\n`);
      const path = join(this.folder, `${key.replace(':', '-')}.csv`);
      made = writeInput(name, { rows, seed, out: path }).then((bytes) => ({ path, rows, bytes }));
      this.inputs.set(key, made);
    }
    return made;
  }

  /** The same records in a gzip file of one member. It is created on first use and kept until the end. */
  gzip({ path, rows }: Input): Promise<Input> {
    const key = `${path}.gz`;
    let made = this.inputs.get(key);
    if (made === undefined) {
      this.say(`  compressing ${rows.toLocaleString('en')} rows\n`);
      made = pipeline(
        createReadStream(path),
        createGzip({ chunkSize: 1 << 20 }),
        createWriteStream(key),
      ).then(() => ({ path: key, rows, bytes: statSync(key).size }));
      this.inputs.set(key, made);
    }
    return made;
  }

  trips(rows = this.rows): Promise<Input> {
    return this.input('trips', rows);
  }

  /** The sums of a trips file as DuckDB reads it, computed once for each file. */
  tripSums(input: Input): Promise<TripSums> {
    let sums = this.sums.get(input.path);
    if (sums === undefined) {
      this.say(`  DuckDB adds up ${input.rows.toLocaleString('en')} trips, to check every side\n`);
      sums = sumsOfTripsCsv(input.path);
      this.sums.set(input.path, sums);
    }
    return sums;
  }

  /** A new, empty folder below the arena's. */
  emptyFolder(name: string): string {
    const path = join(this.folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    return path;
  }

  /**
   * Moves a folder away, to be deleted with the arena. Deleting many small files after a round would slow down the
   * next one: ext4 does not reuse an inode that was freed within the last minutes, and checks each of those whenever a
   * file is created.
   */
  keepFolder(name: string): void {
    const path = join(this.folder, name);
    if (existsSync(path)) renameSync(path, join(this.folder, `kept-${++this.kept}`));
  }

  /**
   * Gives every side the same start: no dirty pages are left to write, and the input has been read once, so that as
   * much of it as fits is in the page cache.
   */
  async settle(input?: Input): Promise<void> {
    await this.query('checkpoint');
    await runProcess('sync', []).catch(() => undefined);
    if (input === undefined) return;
    for await (const _ of createReadStream(input.path, { highWaterMark: 1 << 20 }));
  }

  /** Drops every schema except the system's, so that a round starts from nothing. */
  async emptyDatabase(): Promise<void> {
    await withClient(this.databaseUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
      );
      for (const { name } of rows) await client.query(`drop schema ${client.escapeIdentifier(name)} cascade`);
      await client.query('create schema public');
    });
  }

  /** Runs one statement on a separate connection. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return withClient(this.databaseUrl, async (client) => (await client.query<Row>(text, values)).rows);
  }

  /** CPU time that the server has used so far; NaN if its processes cannot be seen. */
  serverCpuSeconds(): number {
    return this.postmaster === null ? Number.NaN : treeCpuSeconds(this.postmaster);
  }

  async close(): Promise<void> {
    for (const closer of this.closers.splice(0).reverse()) await closer();
  }
}

type Place = Pick<Arena, 'folder' | 'databaseUrl' | 'server' | 'postmaster'>;

const databaseName = 'landfall_bench';

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Uses a separate database, so that nothing is left on the user's server. */
async function createDatabase(adminUrl: string): Promise<string> {
  await dropDatabase(adminUrl);
  await withClient(adminUrl, (client) => client.query(`create database ${databaseName}`));
  const url = new URL(adminUrl);
  url.pathname = `/${databaseName}`;
  return url.href;
}

async function dropDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, (client) =>
    client.query(`drop database if exists ${databaseName} with (force)`),
  );
}

/** Settings that decide how fast a server loads. */
const settingsShown = [
  'shared_buffers',
  'wal_level',
  'max_wal_size',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_compression',
  'max_connections',
  'autovacuum',
];

async function describeServer(url: string): Promise<Pick<Arena, 'server' | 'postmaster'>> {
  return withClient(url, async (client) => {
    const { rows: versions } = await client.query<{ version: string }>('select version()');
    const { rows: settings } = await client.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from pg_settings where name = any($1) order by name',
      [settingsShown],
    );
    const { rows: backend } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const parent = processStat(backend[0].pid)?.parent ?? null;
    const local = parent !== null && /postgres/.test(commandLine(parent));
    return {
      server: {
        version: versions[0].version.split(' on ')[0],
        settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
      },
      postmaster: local ? parent : null,
    };
  });
}
