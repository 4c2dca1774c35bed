/** Asks the lake with DuckDB: a view for each dataset over the parts of the manifest, as it is now or at a snapshot. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import pg from 'pg';
import { type LakeContent, lakeContent, lakeDatasets } from '../../ledger/tables/lake/parts.ts';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import type { Answer, AnswerRow, Question } from './answer.ts';
import { openBucket } from './lake-bucket.ts';
import { lakeView } from './lake-views.ts';
import { answerOf, interruptAfter, loadDuckDb } from './load-duckdb.ts';
import { undefinedTable } from './sql-states.ts';
import { checkWord } from './statement-kind.ts';

/** What DuckDB reads, by its first word. */
const readable = ['select', 'with', 'values', 'table', 'from', 'pivot', 'unpivot'];
const telling = ['describe', 'desc', 'show', 'summarize', 'explain'];

/** DuckDB's number of the statements that read. */
const selects = 1;

export interface LakeTools {
  readonly pool: pg.Pool;
  readonly registry: Registry;
  readonly config: Pick<Config, 'home' | 'lakeUrl'>;
}

/**
 * Runs `use` with the answer, which can be read as long as it runs.
 * @throws LandfallError LF_DUCKDB_MISSING, LF_DUCKDB_S3, LF_SQL_FAILED, LF_SQL_READ_ONLY, LF_SQL_TABLE, LF_SQL_TIMEOUT
 */
export async function askLake<T>(
  tools: LakeTools,
  { sql, seconds, asOf }: Question,
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  checkWord(sql, [...readable, ...telling]);
  const duckdb = await loadDuckDb();
  const instance = await duckdb.DuckDBInstance.create(':memory:', settings(tools.config));
  const connection = await instance.connect();
  try {
    await connection.run(`set TimeZone = 'UTC'; create schema landfall`);
    const { lakeUrl } = tools.config;
    if (schemeOf(lakeUrl) !== 'folder') await openBucket(connection, lakeUrl);
    const datasets = await makeViews(tools, connection, { sql, asOf: asOf ?? null });
    const limit = new WorkLimit(connection, seconds);
    const statement = await explained(() => readingStatement(connection, sql), { seconds, datasets });
    const result = await explained(() => limit.run(() => statement.stream()), { seconds, datasets });
    const { columns, batches } = answerOf(duckdb, result);
    return await use({ columns, batches: limited(batches, limit, { seconds, datasets }) });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What does not fit into memory goes to the home, and not to the folder of the user. */
function settings({ home }: Pick<Config, 'home'>): Record<string, string> {
  const folder = join(home, 'duckdb');
  mkdirSync(folder, { recursive: true });
  return { temp_directory: folder };
}

/** Makes the views that the query names; all, where it names none. Returns the datasets that there are. */
async function makeViews(
  { pool, registry, config }: LakeTools,
  connection: DuckDBConnection,
  { sql, asOf }: { sql: string; asOf: number | null },
): Promise<string[]> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin isolation level repeatable read read only');
    const datasets = await lakeDatasets(client).catch(noLedger);
    const named = namesIn(connection, sql);
    const wanted = datasets.filter((dataset) => named.has(dataset));
    for (const dataset of wanted.length > 0 ? wanted : datasets) {
      const content = await lakeContent(client, dataset, asOf).catch((error) => {
        throw new LandfallError('LF_SQL_FAILED', { reason: snapshotReason(error) }, { cause: error });
      });
      await makeView(connection, dataset, content, {
        lake: config.lakeUrl,
        definition: registry.get(dataset),
      });
    }
    await client.query('rollback');
    broken = false;
    return datasets;
  } finally {
    client.release(broken);
  }
}

/** No dataset, where nothing has made the ledger yet. */
function noLedger(error: Error & { code?: string }): string[] {
  if (error.code !== undefinedTable) throw error;
  return [];
}

function snapshotReason({ message, hint }: Error & { hint?: string }): string {
  return [message, hint].filter(Boolean).join(' ').replace(/\.$/, '');
}

/** The names of tables in the query. None, if it is not valid: DuckDB will say so. */
function namesIn(connection: DuckDBConnection, sql: string): ReadonlySet<string> {
  try {
    return new Set(connection.getTableNames(sql, false));
  } catch {
    return new Set();
  }
}

async function makeView(
  connection: DuckDBConnection,
  dataset: string,
  content: LakeContent,
  options: Parameters<typeof lakeView>[2],
): Promise<void> {
  const made = lakeView(dataset, content, options);
  if (made === null) return;
  await connection.run(made.places.sql);
  const appender = await connection.createAppender(made.places.name, 'landfall');
  for (const row of made.rows) {
    appender.appendInteger(row.chunk_id);
    appender.appendInteger(row.row);
    for (const text of 'valid_from' in row ? [row.valid_from, row.valid_to] : [null, null]) {
      if (text === null) appender.appendNull();
      else appender.appendVarchar(text);
    }
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(made.view);
}

/** The statement, if it is one and reads. `explain analyze` runs what it explains. */
async function readingStatement(connection: DuckDBConnection, sql: string) {
  const explained = /^\s*explain\s*(?:analyze\b|\([^)]*\))?\s*/i.exec(sql);
  if (explained) await readingStatement(connection, sql.slice(explained[0].length));
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw new LandfallError('LF_SQL_FAILED', { reason: 'it is more than one statement' });
  const statement = await statements.prepare(0);
  if (!explained && (statement.statementType as number) !== selects)
    throw new LandfallError('LF_SQL_READ_ONLY', { reason: 'it is not a query' });
  return statement;
}

/** The time that DuckDB may still work. */
class WorkLimit {
  private readonly connection: DuckDBConnection;
  private leftMs: number;

  constructor(connection: DuckDBConnection, seconds: number) {
    this.connection = connection;
    this.leftMs = seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const isLimited = Number.isFinite(this.leftMs);
    const callOff = isLimited ? interruptAfter(this.connection, Math.max(1, this.leftMs)) : () => {};
    try {
      return await work();
    } finally {
      callOff();
      this.leftMs -= performance.now() - began;
    }
  }
}

interface Circumstances {
  readonly seconds: number;
  readonly datasets: readonly string[];
}

async function* limited(
  batches: Answer['batches'],
  limit: WorkLimit,
  circumstances: Circumstances,
): AsyncGenerator<readonly AnswerRow[]> {
  const rows = batches[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await explained(() => limit.run(() => rows.next()), circumstances);
    if (done) return;
    yield value;
  }
}

/** DuckDB's errors with a code. */
async function explained<T>(work: () => Promise<T>, { seconds, datasets }: Circumstances): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LandfallError) throw error;
    const { message } = error as Error;
    const cause = { cause: error };
    if (/^INTERRUPT Error/.test(message)) throw new LandfallError('LF_SQL_TIMEOUT', { seconds }, cause);
    const reason = message
      .trim()
      .replace(/\n\n+/g, '\n')
      .replace(/^Failed to extract statements: /, '');
    if (/^Catalog Error: Table with name/.test(message)) {
      const tables = datasets.map(quotedIfNeeded).join(', ') || 'none yet: nothing has been loaded';
      throw new LandfallError(
        'LF_SQL_TABLE',
        { reason: reason.split('\n')[0].replace(/[.!]$/, ''), tables },
        cause,
      );
    }
    throw new LandfallError('LF_SQL_FAILED', { reason }, cause);
  }
}

function quotedIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name);
}
