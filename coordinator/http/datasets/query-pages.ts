/**
 * Pages of a named query that declares its order: the rows after those that the reader has, by the values of the order's
 * columns. A page reads what the star shows then. Whoever pages while files end is told so.
 *
 *   page.size   rows of a page
 *   page.after  the cursor that the page before returned as `next`
 *
 * No parameter of a definition can have such a name: SQL has no `:page.size`.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import type { CompiledQuery, OrderColumn } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { Answer, AnswerRow } from '../../ask/answer.ts';
import type { QueryValues } from '../../ask/parameters.ts';
import { fromCursor, toCursor } from '../file/cursor.ts';

/** The most rows of a page, and of an answer as JSON. A longer one is cut, and says so. */
export const maxRows = 10_000;

const valueMost = 10_000;
const cursor = z.strictObject({
  of: z.string().length(8),
  snapshot: z.number().int(),
  values: z.array(z.string().max(valueMost).nullable()).min(1).max(32),
});

export interface AskedPage {
  readonly size: number;
  /** The values of the order's columns in the last row that the reader has, as PostgreSQL's texts. */
  readonly after: readonly (string | null)[] | null;
  /** The newest snapshot when the reader asked for the first page; null: this is it. */
  readonly snapshot: number | null;
}

const names = { size: 'page.size', after: 'page.after' };

/**
 * The page that an address asks for; null: none, the answer as a whole. Throws LF_HTTP_REQUEST.
 */
export function readPage(
  query: CompiledQuery,
  values: QueryValues,
  given: URLSearchParams,
): AskedPage | null {
  const [sizes, afters] = [given.getAll(names.size), given.getAll(names.after)];
  if (sizes.length + afters.length === 0) return null;
  if (query.order === undefined)
    throw mistake(`${query.name} cannot be paged through: its definition declares no order`);
  if (sizes.length > 1 || afters.length > 1) throw mistake('page.size or page.after is given twice');
  const size = sizes.length === 0 ? maxRows : Number(/^\d{1,6}$/.test(sizes[0]) ? sizes[0] : 0);
  if (size < 1 || size > maxRows) throw mistake(`page.size: say a whole number from 1 to ${maxRows}`);
  if (afters.length === 0) return { size, after: null, snapshot: null };
  const { of, snapshot, values: after } = fromCursor(cursor, afters[0]);
  if (of !== markOf(query, values) || after.length !== query.order.length)
    throw mistake('page.after: it is a cursor of another query, or of other parameters');
  return { size, after, snapshot };
}

/** The search parameters of an address without those of pages. */
export function withoutPage(given: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...given].filter(([name]) => name !== names.size && name !== names.after));
}

/** Where the next page begins. `end`: the values of the order's columns in the last row. */
export function nextCursor(
  query: CompiledQuery,
  values: QueryValues,
  { end, snapshot }: { end: readonly (string | null)[]; snapshot: number },
): string {
  return toCursor({ of: markOf(query, values), snapshot, values: [...end] } satisfies z.input<typeof cursor>);
}

/** A cursor belongs to one query with these values of its parameters. */
function markOf({ name, sql, order }: CompiledQuery, values: QueryValues): string {
  return createHash('sha256')
    .update(JSON.stringify([name, sql, order, values]))
    .digest('base64url')
    .slice(0, 8);
}

/** A select of the query's rows from a place on, in its order, and the values of its parameters. */
export function pagedSql(
  { sql, order = [] }: Pick<CompiledQuery, 'sql' | 'order'>,
  values: QueryValues,
  after: AskedPage['after'],
): { readonly from: string; readonly orderBy: string; readonly values: QueryValues } {
  const condition = after === null ? '' : ` where ${afterSql(order, after, values.length + 1)}`;
  const orderBy = order
    .map((one) => `${columnOf(one)} ${one.descending ? 'desc' : 'asc'} nulls last`)
    .join(', ');
  return {
    from: `(\n${sql.trim().replace(/;\s*$/, '')}\n) as named${condition}`,
    orderBy: orderBy === '' ? '' : ` order by ${orderBy}`,
    values: [...values, ...(after ?? [])],
  };
}

/**
 * True of rows after those with these values, which are $first and those that follow. Nulls come last. PostgreSQL takes
 * each value for the type of its column.
 */
function afterSql(order: readonly OrderColumn[], after: readonly (string | null)[], first: number): string {
  const same = (one: OrderColumn, i: number) => `${columnOf(one)} is not distinct from $${first + i}`;
  const cases = order.map((one, i) => {
    const later = `${columnOf(one)} ${one.descending ? '<' : '>'} $${first + i} or ${columnOf(one)} is null`;
    // Nothing comes after null. The comparison is there for the type.
    const behind = after[i] === null ? `false and ${same(one, i)}` : later;
    return [...order.slice(0, i).map(same), `(${behind})`].join(' and ');
  });
  return `(${cases.map((one) => `(${one})`).join(' or ')})`;
}

/** The texts of the order's columns, in an array. */
export function endSql(order: readonly OrderColumn[]): string {
  return `array[${order.map((one) => `${columnOf(one)}::text`).join(', ')}]`;
}

/** Of a page's row: 1 more than the rows before it that do not share its place. */
export const rankSql = (orderBy: string) => `rank() over (${orderBy.trim()})`;

/**
 * Refuses a page whose last row, number `size`, has the place of the one after it, of which `rank` is given: the next page
 * would leave that out.
 */
export function checkApart({ name, order = [] }: CompiledQuery, size: number, rank: number | null): void {
  if (rank === null || rank > size) return;
  const columns = order.map(({ column }) => column).join(', ');
  throw new LandfallError('LF_QUERY_ORDER', { query: name, columns });
}

function columnOf({ column }: OrderColumn): string {
  return `named.${pg.escapeIdentifier(column)}`;
}

function mistake(mistakes: string): LandfallError {
  return new LandfallError('LF_HTTP_REQUEST', { mistakes });
}

/** The rows of a page without the one after it, and without their ranks, which are the last column. */
export class PageCut {
  private readonly source: Answer;
  private readonly query: CompiledQuery;
  private readonly size: number;
  private rows = 0;
  private last: readonly (string | null)[] | null = null;
  private isCut = false;

  constructor(source: Answer, query: CompiledQuery, size: number) {
    this.source = source;
    this.query = query;
    this.size = size;
  }

  answer(): Answer {
    return { columns: this.source.columns.slice(0, -1), batches: this.batches() };
  }

  /** The place of the last row; null: no row follows it. */
  get end(): readonly (string | null)[] | null {
    return this.isCut ? this.last : null;
  }

  private async *batches(): AsyncGenerator<readonly AnswerRow[]> {
    const names = this.source.columns.map(({ name }) => name);
    const places = (this.query.order ?? []).map(({ column }) => names.indexOf(column));
    for await (const batch of this.source.batches) {
      const kept = batch.slice(0, this.size - this.rows);
      const [over] = batch.slice(kept.length);
      this.rows += kept.length;
      const last = kept.at(-1);
      if (last !== undefined) this.last = places.map((place) => last[place]);
      if (over !== undefined) {
        this.isCut = true;
        checkApart(this.query, this.size, Number(over.at(-1)));
      }
      yield kept.map((row) => row.slice(0, -1));
    }
  }
}
