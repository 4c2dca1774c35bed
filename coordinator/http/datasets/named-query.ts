/** The named queries of a dataset: typed parameters in, rows out, read-only and bounded. */
import type pg from 'pg';
import type { CompiledQuery } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { Limit } from '../../../platform/limit.ts';
import { type Answer, firstRows } from '../../ask/answer.ts';
import { askStar } from '../../ask/ask-star.ts';
import { csvOf, ndjsonOf } from '../../ask/formats/text-formats.ts';
import { type QueryValues, readValues } from '../../ask/parameters.ts';
import { canceled, triedToWrite, undefinedTable } from '../../ask/sql-states.ts';

/** The most rows of an answer. A longer answer is cut, and says so. */
export const maxRows = 10_000;
/** A query that takes longer is cancelled. */
const queryTimeoutMs = 10_000;
/** Queries that run at once. They share the connection pool with the ledger, which must find a connection. */
const maxRunning = 3;

/**
 * Reads the values of a query's parameters, in order, from the search parameters of a URL. One LF_HTTP_REQUEST names
 * every mistake: missing, unknown, given twice, of the wrong type.
 */
export function readParameters(query: CompiledQuery, given: URLSearchParams): QueryValues {
  const others = new URLSearchParams([...given].filter(([name]) => name !== 'token'));
  const { values, mistakes } = readValues(query, others);
  if (mistakes.length > 0) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: mistakes.join('; ') });
  return values;
}

export interface QueryAnswer {
  /** A JSON array of row objects, as Postgres wrote it, so that numbers keep all their digits. */
  readonly rowsJson: string;
  readonly rowCount: number;
  readonly truncated: boolean;
}

/** The formats of an answer beside JSON with its head. */
export type QueryFormat = 'ndjson' | 'csv' | 'arrow';

export interface WrittenAnswer {
  readonly body: Buffer;
  readonly truncated: boolean;
}

/** Answers queries of datasets. Each throws LF_QUERY_TIMEOUT, LF_QUERY_EMPTY, LF_QUERY_FAILED, LF_HTTP_REQUEST. */
export interface QueryRunner {
  run(dataset: string, query: CompiledQuery, values: QueryValues): Promise<QueryAnswer>;
  /** The same rows in another format. Throws LF_SQL_VALUE too, for what that cannot hold. */
  write(
    dataset: string,
    query: CompiledQuery,
    values: QueryValues,
    format: QueryFormat,
  ): Promise<WrittenAnswer>;
}

/** Runs named queries, a few at once. */
export function createQueryRunner(pool: pg.Pool, timeoutMs: number = queryTimeoutMs): QueryRunner {
  const limit = new Limit(maxRunning);
  const seconds = timeoutMs / 1000;
  // Names without a schema mean what they mean in every session of Landfall.
  const schemas = ['$user'];
  return {
    run: (dataset, query, values) =>
      limit
        .run(() => readOnly(pool, timeoutMs, answerSql(query.sql), values))
        .catch((error) => {
          throw explainQuery(error, { dataset, query: query.name, seconds });
        }),
    write: (dataset, query, values, format) =>
      limit
        .run(() =>
          askStar(pool, { sql: limited(query.sql), values, seconds }, schemas, (answer) =>
            written(answer, format),
          ),
        )
        .catch((error) => {
          const { code, cause } = error as { code?: string; cause?: Error & { code?: string } };
          const isOfValue = code === 'LF_SQL_VALUE' || cause === undefined;
          throw explainQuery(isOfValue ? error : cause, { dataset, query: query.name, seconds });
        }),
  };
}

/** An answer is in memory as a whole, so that whoever reads it slowly holds no connection. */
async function written(answer: Answer, format: QueryFormat): Promise<WrittenAnswer> {
  let truncated = false;
  const first = firstRows(answer, maxRows, () => {
    truncated = true;
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of await piecesOf(first, format)) pieces.push(Buffer.from(piece));
  return { body: Buffer.concat(pieces), truncated };
}

async function piecesOf(answer: Answer, format: QueryFormat): Promise<AsyncIterable<string | Uint8Array>> {
  switch (format) {
    case 'csv':
      return csvOf(answer);
    case 'ndjson':
      return ndjsonOf(answer);
    case 'arrow':
      return (await import('../../ask/formats/arrow-file.ts')).arrowOf(answer);
  }
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
    return (await client.query(select, [...values])).rows[0];
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

/** A negative number in `limit` or `offset`, where only the caller's value can be wrong. */
const rowCounts = ['2201W', '2201X'];

/** An error of a named query with a code. */
export function explainQuery(
  error: Error & { code?: string },
  query: { dataset: string; query: string; seconds: number },
): LandfallError {
  const written = triedToWrite(error);
  if (error instanceof LandfallError && written === null) return error;
  const values = { ...query, reason: written ?? error.message };
  if (error.code === canceled) return new LandfallError('LF_QUERY_TIMEOUT', values, { cause: error });
  if (rowCounts.includes(error.code ?? ''))
    return new LandfallError('LF_HTTP_REQUEST', { mistakes: error.message }, { cause: error });
  if (error.code === undefinedTable) return new LandfallError('LF_QUERY_EMPTY', values, { cause: error });
  return new LandfallError('LF_QUERY_FAILED', values, { cause: error });
}

/** The definition's select, with one row more than an answer has. */
function limited(sql: string): string {
  return `select * from (\n${sql.trim().replace(/;\s*$/, '')}\n) as named limit ${maxRows + 1}`;
}

/** The definition's select, limited to maxRows. The server returns the rows as one JSON text. */
function answerSql(sql: string): string {
  return `with answer as materialized (${limited(sql)}),
    kept as (select * from answer limit ${maxRows})
    select coalesce((select json_agg(kept) from kept), '[]')::text as "rowsJson",
           (select count(*)::int from kept) as "rowCount",
           (select count(*) > ${maxRows} from answer) as truncated`;
}
