/** The named queries of a dataset: typed parameters in, rows out, read-only and bounded. */
import type { Writable } from 'node:stream';
import type pg from 'pg';
import { newestSnapshot } from '../../../ledger/tables/snapshots.ts';
import type { CompiledQuery } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { Limit } from '../../../platform/limit.ts';
import type { Answer, Question } from '../../ask/answer.ts';
import { askStar } from '../../ask/ask-star.ts';
import { csvOf, ndjsonOf } from '../../ask/formats/text-formats.ts';
import { type QueryValues, readValues } from '../../ask/parameters.ts';
import { canceled, triedToWrite, undefinedTable } from '../../ask/sql-states.ts';
import {
  type AskedPage,
  checkApart,
  endSql,
  maxRows,
  nextCursor,
  PageCut,
  pagedSql,
  rankSql,
  withoutPage,
} from './query-pages.ts';
import { sendWhole } from './send-whole.ts';

/** A query that takes longer is cancelled; that is, to its first rows, where it is answered as a whole. */
const queryTimeoutMs = 10_000;
/** The server may work for so long on the other rows of a whole answer. */
const wholeSeconds = 600;
/** A reader of a whole answer who takes nothing for so long is cut off. He holds a connection. */
const usualStallMs = 30_000;
/** Queries that run at once. They share the connection pool with the ledger, which must find a connection. */
const maxRunning = 3;
/** Whole answers that are longer than a page and are sent at once. The others among those that run stay for short ones. */
const streamsMost = 2;
/** Names without a schema mean what they mean in every session of Landfall. */
const schemas = ['$user'];

/**
 * Reads the values of a query's parameters, in order, from the search parameters of a URL. One LF_HTTP_REQUEST names
 * every mistake: missing, unknown, given twice, of the wrong type.
 */
export function readParameters(query: CompiledQuery, given: URLSearchParams): QueryValues {
  const others = withoutPage(given);
  others.delete('token');
  const { values, mistakes } = readValues(query, others);
  if (mistakes.length > 0) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: mistakes.join('; ') });
  return values;
}

/** What a page is, beside its rows. */
export interface PageEnd {
  /** Where the next page begins; null: there is none, or the query declares no order. */
  readonly next: string | null;
  /** Whether files have ended or were undone since the reader asked for the first page. */
  readonly changed: boolean;
}

export interface QueryAnswer extends PageEnd {
  /** A JSON array of row objects, as Postgres wrote it, so that numbers keep all their digits. */
  readonly rowsJson: string;
  readonly rowCount: number;
  readonly truncated: boolean;
}

/** The formats of an answer beside JSON with its head. */
export type QueryFormat = 'ndjson' | 'csv' | 'arrow';

/** What is asked of a query. */
export interface Asked {
  readonly dataset: string;
  readonly query: CompiledQuery;
  readonly values: QueryValues;
  /** Null: the whole answer; as JSON, its first rows. */
  readonly page: AskedPage | null;
}

/** Answers queries of datasets. Each throws LF_QUERY_…, LF_HTTP_REQUEST. */
export interface QueryRunner {
  run(asked: Asked): Promise<QueryAnswer>;
  /** A page in another format. Throws LF_SQL_VALUE too, for what that cannot hold. */
  page(asked: Asked & { readonly page: AskedPage }, format: QueryFormat): Promise<PageEnd & { body: Buffer }>;
  /**
   * All rows in another format: returns the body of a short answer. A long one is written to the stream that `open`
   * returns, as its reader takes it, and null is returned when it is there; the stream is destroyed where that fails.
   */
  whole(asked: Asked, format: QueryFormat, open: () => Writable): Promise<Buffer | null>;
}

export interface RunnerOptions {
  /** A query that takes longer is cancelled. */
  readonly timeoutMs?: number;
  /** A reader who takes nothing for so long is cut off. */
  readonly stallMs?: number;
}

/** Runs named queries, a few at once. */
export function createQueryRunner(pool: pg.Pool, options: RunnerOptions = {}): QueryRunner {
  const { timeoutMs = queryTimeoutMs, stallMs = usualStallMs } = options;
  const limit = new Limit(maxRunning);
  const seconds = timeoutMs / 1000;
  const laterSeconds = wholeSeconds;
  let streams = 0;
  const explained =
    ({ dataset, query, page }: Asked) =>
    (error: Error & { code?: string }) => {
      const { cause } = error as { cause?: Error & { code?: string } };
      const isOwn = !(error instanceof LandfallError) || !error.code.startsWith('LF_SQL_');
      const isOfValue = error.code === 'LF_SQL_VALUE' || cause === undefined;
      const known = isOwn || isOfValue ? error : cause;
      if (page?.after != null && notOfType.includes(known.code ?? ''))
        throw new LandfallError(
          'LF_HTTP_REQUEST',
          { mistakes: `page.after: ${known.message}` },
          { cause: known },
        );
      throw explainQuery(known, { dataset, query: query.name, seconds });
    };
  const ask = <T>(asked: Asked, question: Omit<Question, 'seconds'>, use: (answer: Answer) => Promise<T>) =>
    limit.run(() => askStar(pool, { ...question, seconds }, schemas, use)).catch(explained(asked));
  return {
    run: (asked) =>
      limit
        .run(async () => {
          const before = await newestSnapshot(pool);
          const page = asked.page ?? { size: maxRows, after: null, snapshot: null };
          const { sql, values } = answerSql(asked, page);
          const { ends, rank, ...answer } = await readOnly(pool, timeoutMs, sql, values);
          if (asked.page !== null) checkApart(asked.query, page.size, rank);
          const isApart = rank === null || rank > page.size;
          const end = answer.truncated && isApart ? ends : null;
          return { ...answer, ...(await endOf(pool, { ...asked, page }, before, end)) };
        })
        .catch(explained(asked)),
    page: async (asked, format) => {
      const { query, page } = asked;
      const before = await newestSnapshot(pool);
      const { from, orderBy, values } = pagedSql(query, asked.values, page.after);
      const sql = `select named.*, ${rankSql(orderBy)} as landfall_rank from ${from}${orderBy} limit ${page.size + 1}`;
      const { body, last } = await ask(asked, { sql, values }, async (answer) => {
        const cut = new PageCut(answer, query, page.size);
        return { body: await collected(cut.answer(), format), last: cut };
      });
      return { body, ...(await endOf(pool, asked, before, last.end)) };
    },
    whole: (asked, format, open) => {
      const { from, orderBy, values } = pagedSql(asked.query, asked.values, null);
      const sql = `select named.* from ${from}${orderBy}`;
      let isStream = false;
      const start = () => {
        if (streams >= streamsMost) throw new LandfallError('LF_QUERY_STREAMS');
        streams++;
        isStream = true;
        return open();
      };
      return ask(asked, { sql, values, laterSeconds }, (answer) =>
        sendWhole(answer, { pieces: (one) => piecesOf(one, format), open: start, rows: maxRows, stallMs }),
      ).finally(() => {
        if (isStream) streams--;
      });
    },
  };
}

/** What follows the page. `end`: the place of its last row; null: it is the last page, or there is no order. */
async function endOf(
  pool: pg.Pool,
  { query, values, page }: Asked,
  before: number,
  end: readonly (string | null)[] | null,
): Promise<PageEnd> {
  const snapshot = page?.snapshot ?? before;
  const changed = snapshot !== (await newestSnapshot(pool));
  return { changed, next: end === null ? null : nextCursor(query, values, { end, snapshot }) };
}

async function collected(answer: Answer, format: QueryFormat): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await piecesOf(answer, format)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
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

interface AnswerRow extends Pick<QueryAnswer, 'rowsJson' | 'rowCount' | 'truncated'> {
  /** The place of the last row; null: there is no order. */
  readonly ends: readonly (string | null)[] | null;
  /** Of the row after the last; null: there is none. */
  readonly rank: number | null;
}

/** The one row of a select, which runs in a read-only transaction. */
async function readOnly(
  pool: pg.Pool,
  timeoutMs: number,
  select: string,
  values: QueryValues,
): Promise<AnswerRow> {
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

/** A text that its type cannot have. No cursor that was returned has one. */
const notOfType = ['22P02', '22003', '22007', '22008'];

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

/** The definition's select, limited to a page. The server returns the rows as one JSON text. */
function answerSql({ query, values: given }: Asked, { size, after }: AskedPage) {
  const { order } = query;
  const { from, orderBy, values } = pagedSql(query, given, after);
  const place = order === undefined ? 'null::text[]' : endSql(order);
  const rank = order === undefined ? 'null::bigint' : rankSql(orderBy);
  const sql = `with answer as materialized (
      select named as one, ${place} as place, ${rank} as rank from ${from}${orderBy} limit ${size + 1}),
    counted as (select *, row_number() over () as n from answer)
    select coalesce((select json_agg(one order by n) from counted where n <= ${size}), '[]')::text as "rowsJson",
           (select count(*)::int from counted where n <= ${size}) as "rowCount",
           (select place from counted where n = ${size}) as ends,
           (select rank::int from counted where n > ${size}) as rank,
           exists (select from counted where n > ${size}) as truncated`;
  return { sql, values };
}
