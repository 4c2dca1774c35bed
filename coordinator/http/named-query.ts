/** The named queries of a dataset: typed parameters in, rows out, read-only and bounded. */
import type pg from 'pg';
import type { CompiledQuery } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { Limit } from '../../platform/limit.ts';

/** The most rows of an answer. A longer answer is cut, and says so. */
export const maxRows = 10_000;
/** A query that takes longer is cancelled. */
const queryTimeoutMs = 10_000;
/** Queries that run at once. They share the connection pool with the ledger, which must find a connection. */
const maxRunning = 3;

type Parameter = CompiledQuery['parameters'][number];
export type QueryValues = readonly (string | number | null)[];

/**
 * Reads the values of a query's parameters, in order, from the search parameters of a URL. One LF_HTTP_REQUEST names
 * every mistake: missing, unknown, given twice, of the wrong type.
 */
export function readParameters(query: CompiledQuery, given: URLSearchParams): QueryValues {
  const mistakes: string[] = [];
  const names = new Set(query.parameters.map((parameter) => parameter.name));
  for (const name of new Set(given.keys())) {
    if (name !== 'token' && !names.has(name)) {
      mistakes.push(
        `${name} is not a parameter of ${query.name} (${[...names].join(', ') || 'it has none'})`,
      );
    }
  }
  const values = query.parameters.map((parameter) => {
    const texts = given.getAll(parameter.name);
    if (texts.length > 1) mistakes.push(`${parameter.name} is given twice`);
    if (texts.length === 0 && parameter.default !== undefined) return parameter.default;
    if (texts.length === 0) {
      mistakes.push(`${parameter.name} (${parameter.type}) is missing`);
      return null;
    }
    const value = readValue(parameter.type, texts[0]);
    if (value === null)
      mistakes.push(
        `${parameter.name}: ${JSON.stringify(texts[0].slice(0, 100))} is not ${named[parameter.type]}`,
      );
    return value;
  });
  if (mistakes.length > 0) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: mistakes.join('; ') });
  return values;
}

const named: Readonly<Record<Parameter['type'], string>> = {
  text: 'a text of at most 1,000 characters',
  integer: 'a whole number',
  float8: 'a number',
  date: 'a date (YYYY-MM-DD)',
  timestamp: 'a time (YYYY-MM-DDThh:mm:ssZ)',
};

/** A parameter as Postgres reads it. Null if the text is not of the type. */
function readValue(type: Parameter['type'], text: string): string | number | null {
  switch (type) {
    case 'text':
      return text.length <= 1000 && !text.includes('\0') ? text : null;
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
    case 'float8':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
    case 'date':
      return isDay(text) ? text : null;
    case 'timestamp':
      return isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
        ? new Date(text).toISOString()
        : null;
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

export interface QueryAnswer {
  /** A JSON array of row objects, as Postgres wrote it, so that numbers keep all their digits. */
  readonly rowsJson: string;
  readonly rowCount: number;
  readonly truncated: boolean;
}

/** Answers a query of a dataset. Throws LF_QUERY_TIMEOUT, LF_QUERY_EMPTY, LF_QUERY_FAILED. */
export type QueryRunner = (
  dataset: string,
  query: CompiledQuery,
  values: QueryValues,
) => Promise<QueryAnswer>;

/** Runs named queries, a few at once. */
export function createQueryRunner(pool: pg.Pool, timeoutMs: number = queryTimeoutMs): QueryRunner {
  const limit = new Limit(maxRunning);
  return (dataset, query, values) =>
    limit
      .run(() => readOnly(pool, timeoutMs, answerSql(query.sql), values))
      .catch((error) => {
        throw explain(error, { dataset, query: query.name, seconds: timeoutMs / 1000 });
      });
}

/** The one row of a select, which runs in a read-only transaction. */
async function readOnly(
  pool: pg.Pool,
  timeoutMs: number,
  select: string,
  values: QueryValues,
): Promise<QueryAnswer> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = ${Math.round(timeoutMs)}`);
    await client.query("set local timezone = 'UTC'");
    return (await client.query(select, [...values])).rows[0];
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

const canceled = '57014';
const undefinedTable = '42P01';
const readOnlyTransaction = '25006';

function explain(
  error: Error & { code?: string },
  query: { dataset: string; query: string; seconds: number },
): LandfallError {
  const cause = error.cause as { code?: string; message: string } | undefined;
  // For other statements this code means that the server is a replica. Here it means that the query tried to write.
  const writes = cause?.code === readOnlyTransaction;
  if (error instanceof LandfallError && !writes) return error;
  const values = { ...query, reason: writes ? cause.message : error.message };
  if (error.code === canceled) return new LandfallError('LF_QUERY_TIMEOUT', values, { cause: error });
  if (error.code === undefinedTable) return new LandfallError('LF_QUERY_EMPTY', values, { cause: error });
  return new LandfallError('LF_QUERY_FAILED', values, { cause: error });
}

/** The definition's select, limited to maxRows. The server returns the rows as one JSON text. */
function answerSql(sql: string): string {
  const select = sql.trim().replace(/;\s*$/, '');
  return `with answer as materialized (select * from (\n${select}\n) as named limit ${maxRows + 1}),
    kept as (select * from answer limit ${maxRows})
    select coalesce((select json_agg(kept) from kept), '[]')::text as "rowsJson",
           (select count(*)::int from kept) as "rowCount",
           (select count(*) > ${maxRows} from answer) as truncated`;
}
