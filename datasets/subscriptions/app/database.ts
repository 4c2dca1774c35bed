/** The application's tables, in a real database and as files. */
import { type Change, createTables, type Row, type Table, tableNames, tables } from './app-tables.ts';

/** The part of a pg pool or client that is used here. */
export interface Database {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

export async function createApp(database: Database): Promise<void> {
  await database.query(createTables);
}

/** Writes changes, in their order, in one transaction a table. */
export async function applyChanges(database: Database, changes: readonly Change[]): Promise<void> {
  for (const [table, rows] of latestOf(changes)) {
    await database.query(
      `with gone as (delete from app.${table} where id = any($1))
       insert into app.${table} select * from json_populate_recordset(null::app.${table}, $2)`,
      [
        [...rows.keys()],
        JSON.stringify(
          [...rows.values()]
            .flat()
            .map((row) => ({ ...row, updated_at: new Date(row.updated_at).toISOString() })),
        ),
      ],
    );
  }
}

/** What each table ends with: the last rows of each id, none if they are deleted. */
export function latestOf(changes: readonly Change[]): Map<Table, Map<number, readonly Row[]>> {
  const latest = new Map(tableNames.map((table) => [table, new Map<number, readonly Row[]>()]));
  for (const { table, id, rows } of changes) latest.get(table)!.set(id, rows);
  return latest;
}

/** A table as a CSV file. */
export function* csvOf(table: Table, rows: Iterable<readonly Row[]>): Generator<Buffer, void, undefined> {
  const columns = [...Object.keys(tables[table]), 'updated_at'];
  let text = `${columns.join(',')}\n`;
  for (const row of [...rows].flat()) {
    text += `${columns.map((column) => field(column, row[column])).join(',')}\n`;
    if (text.length > 1 << 20) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}

function field(column: string, value: string | number | null): string {
  if (column === 'updated_at') return new Date(Number(value)).toISOString().slice(0, 19).replace('T', ' ');
  const text = String(value ?? '');
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
