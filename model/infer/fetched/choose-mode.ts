/** Which mode suits the rows of a source: those that come again must count once. */
import { columnTypes } from '../../types/column-types.ts';
import type { FoundMode, ModeColumn } from './contract.ts';

/** Rows from which on different values tell a key. */
const rowsLeast = 2;

/** What a column is called that changes with each change of its row: `updated_at`, `lastModified`. */
const changeName = /^(?:last)?(?:updated?|modified|changed?)(?:at|on|time|date|timestamp|ts)?$/;

/** True for the name of a column that says when its row has changed. */
export function isChangeName(name: string): boolean {
  return changeName.test(name.toLowerCase().replaceAll(/[_\s-]/g, ''));
}

/** `upsert` where a key and what orders its rows are evident; else null. */
export function keyedMode(dataset: string, columns: readonly ModeColumn[]): FoundMode | null {
  const key = evidentKey(dataset, columns);
  const orderBy = columns.find((column) => isChange(column));
  if (key === null || orderBy === undefined) return null;
  const text = `${key.name} differs in all ${key.rows} rows that were read, and ${orderBy.name} says when a row has changed`;
  return {
    mode: 'upsert',
    options: { key: [key.name], orderBy: orderBy.name },
    remarks: [{ kind: 'check', text }],
  };
}

/** `append` in which a row that comes again counts once. */
export function rowMode(dataset: string, columns: readonly ModeColumn[]): FoundMode {
  const key = evidentKey(dataset, columns);
  const text =
    key === null
      ? 'no column is evidently a key: rows that are equal count once'
      : `${key.name} may be the key, but no column says which row of it is later: rows that are equal count once`;
  return { mode: 'append', options: { dedupe: 'row' }, remarks: [{ kind: 'check', text }] };
}

/** The column that identifies a row by its name and its values: `id`, or `order_id` of orders. */
export function evidentKey(dataset: string, columns: readonly ModeColumn[]): ModeColumn | null {
  const base = dataset.replaceAll('-', '_');
  const names = ['id', 'uuid', 'guid', ...[base, singular(base)].map((name) => `${name}_id`)];
  const candidates = names.flatMap((name) => columns.filter((column) => column.name === name));
  return candidates.find((column) => isFull(column) && isKeyType(column) && isUnique(column)) ?? null;
}

/** True for a column whose type may be a key. */
export function isKeyType({ type }: Pick<ModeColumn, 'type'>): boolean {
  return columnTypes[type].key !== null;
}

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
}

function isUnique({ rows, distinct }: ModeColumn): boolean {
  return rows >= rowsLeast && distinct === rows;
}

function isFull({ rows, nulls }: ModeColumn): boolean {
  return rows > 0 && nulls === 0;
}

function isChange(column: ModeColumn): boolean {
  return column.type === 'timestamp' && isChangeName(column.name) && isFull(column);
}
