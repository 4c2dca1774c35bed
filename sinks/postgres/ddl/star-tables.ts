/** The tables of a star as its definition says them, in a form to be compared with those that exist. */
import type { CompiledDimension, CompiledStar } from '../../../model/compiled.ts';
import { keySqlType, sqlType } from './ddl.ts';

/** A column as the definition wants it. */
export interface Wanted {
  readonly name: string;
  /** A member's key: of another type it is another key. */
  readonly isKey: boolean;
  /** As a definition's DDL has it. */
  readonly type: string;
  readonly notNull: boolean;
  /** Of a column that is added: what earlier rows have; null for null. */
  readonly before: string | null;
  /** Of a fact's key: the dimension table that it points to. */
  readonly points?: string;
}

export interface WantedTable {
  readonly table: string;
  readonly columns: readonly Wanted[];
  /** Natural key; null for facts. */
  readonly key: readonly string[] | null;
  /** Members' keys are hashes of the natural one, which has no constraint of its own. */
  readonly hashed: boolean;
  /** Name of the members' key; null for facts. */
  readonly member: string | null;
}

/** The fact table first, then each dimension table of members. */
export function wantedTables(star: CompiledStar): WantedTable[] {
  const facts = star.columns.map((column): Wanted => {
    const { name } = column;
    if (column.kind === 'value')
      return { name, isKey: false, type: sqlType(column.logical), notNull: column.notNull, before: null };
    if (column.kind === 'chunk') return { name, isKey: false, type: 'integer', notNull: true, before: '0' };
    const dimension = star.dimensions[column.dimension];
    const points = dimension.table;
    return { name, isKey: true, type: keySqlType(dimension), notNull: true, before: '0', points };
  });
  const lookups = new Map<string, WantedTable>();
  for (const dimension of star.dimensions) {
    if (dimension.kind === 'lookup') lookups.set(dimension.table, lookupTable(dimension));
  }
  const fact = { table: star.fact, columns: facts, key: null, hashed: false, member: null };
  return [fact, ...lookups.values()];
}

function lookupTable(dimension: Extract<CompiledDimension, { kind: 'lookup' }>): WantedTable {
  const { table, key, natural, attributes, hashed = false } = dimension;
  const columns = [...natural, ...attributes].map(({ name, logical }): Wanted => {
    const isKey = hashed && natural.some((column) => column.name === name);
    return { name, isKey, type: sqlType(logical), notNull: false, before: null };
  });
  const surrogate = { name: key, isKey: true, type: keySqlType(dimension), notNull: true, before: null };
  const names = natural.map(({ name }) => name);
  return { table, columns: [surrogate, ...columns], key: names, hashed, member: key };
}

/** As the server calls the type. */
export function typeName(type: string): string {
  return type.replace('timestamptz', 'timestamp with time zone').replaceAll(', ', ',');
}
