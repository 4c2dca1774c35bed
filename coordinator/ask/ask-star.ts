/** Asks the star: one statement, in a transaction that can only read, with a time limit, fetched in batches. */
import pg from 'pg';
import { LandfallError } from '../../platform/errors/errors.ts';
import {
  type Answer,
  type AnswerRow,
  type AnswerType,
  type Cell,
  type Question,
  uniqueNames,
} from './answer.ts';
import { canceled, triedToWrite, undefinedTable } from './sql-states.ts';
import { checkWord } from './statement-kind.ts';

/** Rows that are fetched at once. */
const batchRows = 5000;

/** Statements that a cursor reads, and those that give their few rows at once. */
const readable = ['select', 'with', 'values', 'table'];
const direct = ['explain', 'show'];

/**
 * Runs `use` with the answer, which can be read as long as it runs. Names without a schema are looked up in `schemas`.
 * @throws LandfallError LF_SQL_FAILED, LF_SQL_READ_ONLY, LF_SQL_TABLE, LF_SQL_TIMEOUT
 */
export async function askStar<T>(
  pool: pg.Pool,
  { sql, values = [], seconds, laterSeconds }: Question,
  schemas: readonly string[],
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  const isDirect = direct.includes(checkWord(sql, [...readable, ...direct]));
  const client = await pool.connect();
  let broken = true;
  try {
    const path = [...schemas, 'public'].map((name) => pg.escapeIdentifier(name)).join(', ');
    await client.query(`begin isolation level repeatable read read only; set local search_path = ${path};
      set local idle_in_transaction_session_timeout = 0`);
    const asking = new Asking(client, seconds * 1000);
    const answer = isDirect
      ? await asking.all(sql, values)
      : await asking.declared(sql, values).catch(async (error) => {
          throw await explained(error, sql, { client, schemas, seconds });
        });
    if (laterSeconds !== undefined) asking.allow(laterSeconds * 1000);
    const result = await use({ ...answer, batches: explaining(answer.batches, sql, seconds) });
    await client.query('rollback');
    broken = false;
    return result;
  } catch (error) {
    throw asError(error, sql, seconds);
  } finally {
    client.release(broken);
  }
}

/** One question on its connection, and the time that the server may still work on it. */
class Asking {
  private readonly client: pg.ClientBase;
  private leftMs: number;
  private readonly isLimited: boolean;

  constructor(client: pg.ClientBase, limitMs: number) {
    this.client = client;
    this.leftMs = limitMs;
    this.isLimited = limitMs > 0;
  }

  /** The server may work for so long from now on. */
  allow(limitMs: number): void {
    this.leftMs = limitMs;
  }

  /** Reads with a cursor. */
  async declared(sql: string, values: Question['values'] = []): Promise<Answer> {
    await this.run(`${declare}${sql}`, values);
    const first = await this.fetch();
    return { columns: columnsOf(first.fields), batches: this.batches(first) };
  }

  /** Reads what has no cursor. */
  async all(sql: string, values: Question['values'] = []): Promise<Answer> {
    const { fields, rows } = await this.run(sql, values);
    return { columns: columnsOf(fields), batches: once(texts(fields, rows)) };
  }

  private fetch(): Promise<pg.QueryArrayResult<Cell[]>> {
    return this.run(`fetch ${batchRows} from answer`, []);
  }

  private async *batches(first: pg.QueryArrayResult<Cell[]>): AsyncGenerator<readonly AnswerRow[]> {
    let batch = first;
    while (batch.rows.length > 0) {
      yield texts(batch.fields, batch.rows);
      if (batch.rows.length < batchRows) return;
      batch = await this.fetch();
    }
  }

  /** Extended protocol: a text of several statements is an error. */
  private async run(text: string, values: Question['values'] = []): Promise<pg.QueryArrayResult<Cell[]>> {
    if (this.isLimited) {
      const left = Math.max(1, Math.ceil(this.leftMs));
      await this.client.query(`set local statement_timeout = ${left}`);
    }
    const began = performance.now();
    const query = { text, values: [...values], rowMode: 'array', types: asTexts, queryMode: 'extended' };
    const result = await this.client.query<Cell[]>(query as pg.QueryArrayConfig);
    this.leftMs -= performance.now() - began;
    return result;
  }
}

const declare = 'declare answer no scroll cursor for ';

const asTexts = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

async function* once(batch: readonly AnswerRow[]): AsyncGenerator<readonly AnswerRow[]> {
  yield batch;
}

const { builtins } = pg.types;
const types = new Map<number, AnswerType>([
  [builtins.BOOL, { kind: 'boolean' }],
  [builtins.INT2, { kind: 'int32' }],
  [builtins.INT4, { kind: 'int32' }],
  [builtins.INT8, { kind: 'int64' }],
  [builtins.FLOAT4, { kind: 'double' }],
  [builtins.FLOAT8, { kind: 'double' }],
  [builtins.DATE, { kind: 'date' }],
  [builtins.TIMESTAMP, { kind: 'timestamp', zoned: false }],
  [builtins.TIMESTAMPTZ, { kind: 'timestamp', zoned: true }],
  [builtins.JSON, { kind: 'json' }],
  [builtins.JSONB, { kind: 'json' }],
]);

/** The type of a column. The modifier of a numeric is precision and scale; without one, its digits are not bounded. */
function typeOf({ dataTypeID, dataTypeModifier }: pg.FieldDef): AnswerType {
  if (dataTypeID !== builtins.NUMERIC) return types.get(dataTypeID) ?? { kind: 'text' };
  const modifier = dataTypeModifier - 4;
  if (modifier < 0) return { kind: 'number' };
  const precision = modifier >> 16;
  const scale = modifier & 0x7ff;
  return precision <= 38 && scale <= precision ? { kind: 'decimal', precision, scale } : { kind: 'number' };
}

function columnsOf(fields: readonly pg.FieldDef[]): Answer['columns'] {
  const names = uniqueNames(fields.map(({ name }) => name));
  return fields.map((field, i) => ({ name: names[i], type: typeOf(field) }));
}

/** PostgreSQL's texts in the form that AnswerType names. */
function texts(fields: readonly pg.FieldDef[], rows: Cell[][]): AnswerRow[] {
  fields.forEach((field, i) => {
    const { kind } = typeOf(field);
    if (kind !== 'boolean' && kind !== 'timestamp') return;
    for (const row of rows) {
      const text = row[i];
      if (text === null) continue;
      row[i] = kind === 'boolean' ? String(text === 't') : text.replace(' ', 'T').replace(/\+00$/, 'Z');
    }
  });
  return rows;
}

interface ServerError extends Error {
  readonly code?: string;
  readonly position?: string;
  readonly hint?: string;
}

async function* explaining(
  batches: Answer['batches'],
  sql: string,
  seconds: number,
): AsyncGenerator<readonly AnswerRow[]> {
  try {
    yield* batches;
  } catch (error) {
    throw asError(error, sql, seconds);
  }
}

/** The error of a query that did not begin. Where it names no table of the star, the error names those that exist. */
async function explained(
  error: ServerError,
  sql: string,
  { client, schemas, seconds }: { client: pg.ClientBase; schemas: readonly string[]; seconds: number },
): Promise<Error> {
  if (error.code !== undefinedTable) return asError(error, sql, seconds);
  await client.query('rollback');
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm') and c.relname not like '\\_%' and has_table_privilege(c.oid, 'select')
     order by 1 limit 100`,
    [[...schemas]],
  );
  const tables = rows.map(({ name }) => name).join(', ') || 'none yet: nothing has been loaded';
  return new LandfallError('LF_SQL_TABLE', { reason: reasonOf(error, sql), tables }, { cause: error });
}

function asError(error: unknown, sql: string, seconds: number): Error {
  const { code } = error as ServerError;
  const cause = { cause: error };
  const written = triedToWrite(error);
  if (written !== null) return new LandfallError('LF_SQL_READ_ONLY', { reason: written }, cause);
  if (code === canceled) return new LandfallError('LF_SQL_TIMEOUT', { seconds }, cause);
  // An error of five characters is of the server: SQLSTATE. Others are coded already, or ours.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error as Error;
  return new LandfallError('LF_SQL_FAILED', { reason: reasonOf(error as ServerError, sql) }, cause);
}

const severalStatements = /^cannot insert multiple commands/;

/** What the server says, with the place in the text as the user wrote it. */
function reasonOf({ message, position, hint }: ServerError, sql: string): string {
  if (severalStatements.test(message)) return 'it is more than one statement';
  const at = position === undefined ? -1 : Number(position) - 1 - declare.length;
  const place = at >= 0 && at <= sql.length ? ` (${placeIn(sql, at)})` : '';
  return `${message}${place}${hint ? `. ${hint.replace(/\.$/, '')}` : ''}`;
}

function placeIn(sql: string, at: number): string {
  const lines = [...sql].slice(0, at).join('').split('\n');
  return `line ${lines.length}, character ${lines.at(-1)!.length + 1}`;
}
