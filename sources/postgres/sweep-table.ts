/**
 * Compares a table with what the star holds of it, and sends the rows that the star lacks, those that are another there,
 * and the marks of those that are gone.
 *
 *   files of the source are loaded ─▶ snapshot ─▶ buckets of both sides ─▶ rows of the buckets that differ, both sides in
 *   the order of md5(key) ─▶ what differs
 *
 * Buckets are so small that halving them would save nothing: each step would read the whole table again.
 *
 * A sweep may be killed at any point. It resumes after the last row that was compared, with a snapshot of its own.
 *
 * What it sends must come after the event that the star holds, and before any change that this snapshot does not show.
 * So its `landfall_at` is the cursor from which the next run reads (snapshot.ts): no transaction that commits later has
 * a smaller one. Where the held event is later still, it is the microsecond after it.
 */
import pg from 'pg';
import type { CompiledSweep } from '../../model/compiled-source.ts';
import { type Buckets, bucketDigits, bucketSql, type HeldRow } from '../../model/events/held.ts';
import { csvRecord } from '../../model/file/csv-record.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Fetched, FetchTask, Json } from '../fetching/contract.ts';
import { csvRecords, pageBytes } from './csv-pages.ts';
import { copyOut, type Reader, readTable } from './reader.ts';
import { nextCursor } from './snapshot.ts';
import { instantText, type SourceTable, type TableFetch } from './table.ts';

export type TableSweep = TableFetch & { readonly sweep: CompiledSweep };

type Task = Pick<FetchTask, 'backfill' | 'position' | 'signal' | 'held'>;

interface Position {
  readonly phase: 'comparing' | 'done';
  readonly page: number;
  /** md5 of the last key that was compared. */
  readonly after: string;
}

/** A row of the table. */
interface TableRow {
  readonly hash: string;
  readonly fields: readonly (string | null)[];
  readonly at: string;
  readonly row: string;
}

export async function* sweepTable(source: TableSweep, task: Task): AsyncGenerator<Fetched> {
  if (task.backfill) {
    const reason = 'a sweep compares the table as it is now';
    throw new LandfallError('LF_SOURCE_NO_WINDOWS', { source: source.name, table: source.table, reason });
  }
  await task.held.settled(source.sweep.of);
  yield* readTable(source, task, (reader) => compare(reader, source, task));
}

async function* compare(
  reader: Reader,
  source: TableSweep,
  { held, position }: Task,
): AsyncGenerator<Fetched> {
  const { table } = reader;
  const writer = new PageWriter(table, source, position as Position | null);
  const bound = await boundOf(reader, source);
  const differ = differing(await tableBuckets(reader), await held.buckets());
  if (differ.length > 0) {
    const { after } = writer;
    const pairs = paired(tableRows(reader, differ, after), held.rows(differ, after));
    for await (const [row, has] of pairs) {
      const later = [bound, has?.next ?? ''].sort()[1];
      if (row === null) {
        if (has!.row !== null) writer.addMark(has!, later);
      } else if (has === null) writer.add(row.fields);
      else if (has.row !== row.row) writer.add(withAt(table, row, row.at > has.at ? row.at : later));
      const page = writer.take((row ?? has!).hash);
      if (page !== null) yield page;
    }
  }
  yield* writer.rest();
}

/** The least `landfall_at` that a change may have which this snapshot does not show. */
async function boundOf({ client, table, snapshot }: Reader, source: TableSweep): Promise<string> {
  const { from } = await nextCursor(client, table, snapshot, { lag: source, before: null });
  if (from === null) return '';
  const at = instantText(`${pg.escapeLiteral(from)}::${table.cursor!.type}`);
  const { rows } = await client.query<{ at: string }>(`select ${at} as at`);
  return rows[0].at;
}

/** A select of the rows that have a key, as a file has them, after `hash`. */
function hashedSelect({ sql, key, selected, columns, extra }: SourceTable): string {
  const named = columns.map((name, i) => `${selected[i]} as ${pg.escapeIdentifier(name)}`);
  const added = extra.map(({ name, sql: value }) => `${value} as ${name}`);
  const keyed = key.map((column) => `t.${pg.escapeIdentifier(column)} is not null`).join(' and ');
  return `select md5(s.landfall_key) collate "C" as hash, s.* from (
    select ${[...named, ...added].join(', ')} from ${sql} t where ${keyed}) s`;
}

async function tableBuckets({ client, table }: Reader): Promise<Buckets> {
  const { rows } = await client.query<{ bucket: string; rows: string }>(
    `select left(hash, ${bucketDigits}) as bucket, ${bucketSql('landfall_row')} as rows
     from (${hashedSelect(table)}) h group by 1`,
  );
  return new Map(rows.map(({ bucket, rows }) => [bucket, rows]));
}

/** Sorted. */
function differing(ours: Buckets, theirs: Buckets): string[] {
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name)).sort();
}

async function* tableRows({ client, table }: Reader, buckets: readonly string[], after: string) {
  const list = buckets.map((bucket) => `'${bucket}'`).join(',');
  const select = `select * from (${hashedSelect(table)}) h
    where left(hash, ${bucketDigits}) = any(array[${list}]::text[]) and hash > '${after}' order by hash`;
  for await (const [hash, ...fields] of csvRecords(copyOut(client, select))) {
    const [at, , row] = fields.slice(table.columns.length);
    yield { hash: hash!, fields, at: at!, row: row! } satisfies TableRow;
  }
}

/** The rows of both sides with the same hash; null where a side has none. */
async function* paired(
  table: AsyncIterable<TableRow>,
  held: AsyncIterable<HeldRow>,
): AsyncGenerator<readonly [TableRow | null, HeldRow | null]> {
  const [left, right] = [table[Symbol.asyncIterator](), held[Symbol.asyncIterator]()];
  try {
    let [a, b] = [await left.next(), await right.next()];
    while (!a.done || !b.done) {
      const both = !a.done && !b.done && a.value.hash === b.value.hash;
      const first = both || b.done || (!a.done && a.value.hash < b.value.hash);
      const second = both || !first;
      yield [first ? a.value : null, second ? b.value : null];
      if (first) a = await left.next();
      if (second) b = await right.next();
    }
  } finally {
    await right.return?.();
  }
}

function withAt({ columns }: SourceTable, { fields }: TableRow, at: string): readonly (string | null)[] {
  return fields.with(columns.length, at);
}

/** Collects the rows of a page. */
class PageWriter {
  after: string;
  private page: number;
  private records: string[] = [];
  private bytes = 0;
  private readonly table: SourceTable;
  private readonly source: TableSweep;
  private readonly header: readonly string[];

  constructor(table: SourceTable, source: TableSweep, position: Position | null) {
    this.table = table;
    this.source = source;
    this.page = position?.page ?? 0;
    this.after = position?.after ?? '';
    const names = [...table.columns, ...table.extra.map(({ name }) => name)];
    const { deleted } = source.sweep;
    this.header = names.includes(deleted) ? names : [...names, deleted];
  }

  /** A row of the table: what it says of its deletion stays. */
  add(fields: readonly (string | null)[]): void {
    this.push(fields.length < this.header.length ? [...fields, null] : fields);
  }

  addMark({ key }: HeldRow, at: string): void {
    const values = JSON.parse(key) as (string | null)[];
    const texts = new Map<string, string | null>(this.table.key.map((name, i) => [name, values[i]]));
    texts
      .set('landfall_at', at)
      .set('landfall_key', key)
      .set(this.source.sweep.deleted, this.source.sweep.word);
    this.push(this.header.map((name) => texts.get(name) ?? null));
  }

  private push(fields: readonly (string | null)[]): void {
    const record = csvRecord(fields);
    this.records.push(record);
    this.bytes += record.length;
  }

  /** Null while the page is not full. `hash`: of the row that was compared last. */
  take(hash: string): Fetched | null {
    this.after = hash;
    const isFull = this.records.length >= this.source.pageRows || this.bytes >= pageBytes;
    return isFull ? this.pageOf() : null;
  }

  *rest(): Generator<Fetched> {
    if (this.records.length > 0) yield this.pageOf();
    yield { page: null, position: toJson({ phase: 'done', page: this.page, after: this.after }) };
  }

  private pageOf(): Fetched {
    const text = csvRecord(this.header) + this.records.join('');
    [this.records, this.bytes] = [[], 0];
    this.page++;
    const position = toJson({ phase: 'comparing', page: this.page, after: this.after });
    async function* body() {
      yield Buffer.from(text);
    }
    return {
      page: `${String(this.page).padStart(4, '0')}.csv`,
      body: body(),
      settle: () => ({ position }),
    };
  }
}

function toJson(value: Position): Json {
  return value as unknown as Json;
}
