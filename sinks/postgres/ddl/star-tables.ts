/** The tables of a star according to its definition, in a form that can be compared with the existing ones. */
import type { ChangingDimension, CompiledDimension, CompiledStar } from '../../../model/compiled.ts';
import { packedName, packedParts } from '../packed/packed-columns.ts';
import { attributesMark, historyTable, isChanging, observedTable } from './dimension-ddl.ts';
import { eventTables } from './event-tables.ts';
import { keySqlType, sqlType, valueType } from './sql-columns.ts';

/** A column as the definition requires it. */
export interface Wanted {
  readonly name: string;
  /** A member's key. If its type changes, so does the key. */
  readonly isKey: boolean;
  /** The type as in the DDL of the definition. */
  readonly type: string;
  readonly notNull: boolean;
  /** For an added column: the value for earlier rows. Null for null. */
  readonly before: string | null;
  /** For a key of the fact table: the dimension table that it refers to. */
  readonly points?: string;
}

export interface WantedTable {
  readonly table: string;
  readonly columns: readonly Wanted[];
  /** The natural key. Null for facts. */
  readonly key: readonly string[] | null;
  /** Whether members' keys are hashes of the natural key, which then has no constraint of its own. */
  readonly hashed: boolean;
  /** The name of the members' key. Null for facts. */
  readonly member: string | null;
  /** Of a dimension: what its comment says of its attributes. */
  readonly mark?: string;
  /** Of a dimension: the tables beside it, which cannot stay if its attributes change. */
  readonly beside?: readonly string[];
  /** Whether it is such a table, which changes with the dimension. */
  readonly isBeside?: boolean;
  /** Of a view of packed facts: the table behind it, to which columns are added and which is dropped. */
  readonly behind?: string;
}

/** The fact table first, or those of the events, then each dimension table of members. */
export function wantedTables(star: CompiledStar): WantedTable[] {
  const facts = star.columns.map((column): Wanted => {
    const { name } = column;
    if (column.kind === 'value')
      return {
        name,
        isKey: false,
        type: valueType(column, star.keyed),
        notNull: column.notNull,
        before: null,
      };
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
  const tables = new Map(star.dimensions.filter(isChanging).map((dimension) => [dimension.table, dimension]));
  const events = eventTables(star).map(({ table, extra }) => {
    const more = extra.map((column): Wanted => ({ ...column, isKey: false, before: null }));
    return { ...fact, table, columns: [...facts, ...more] };
  });
  const beside = [...tables.values()].flatMap(besideTables);
  const rows = star.layout === 'packed' ? packedTables(star, fact) : [fact];
  return [...(star.keyed === null ? rows : events), ...lookups.values(), ...beside];
}

/** The view, which says what the facts are, and the table, which only grows. */
function packedTables(star: CompiledStar, fact: WantedTable): WantedTable[] {
  const table = packedName(star.fact);
  const columns = packedParts(star).map(({ name, type, before }): Wanted => {
    const notNull = type.endsWith(' not null');
    return { name, isKey: false, type: type.replace(/ not null$/, ''), notNull, before };
  });
  return [
    { ...fact, behind: table },
    { table, columns, key: null, hashed: false, member: null, isBeside: true },
  ];
}

/** The tables beside those of members, which have its attributes too. */
function besideTables(dimension: ChangingDimension): WantedTable[] {
  const columns = dimension.attributes.map(({ name, logical }): Wanted => {
    return { name, isKey: false, type: sqlType(logical), notNull: false, before: null };
  });
  const rest = { columns, key: null, hashed: false, member: null, isBeside: true };
  return besideNames(dimension).map((table) => ({ table, ...rest }));
}

function besideNames(dimension: ChangingDimension): string[] {
  const observed = observedTable(dimension);
  return dimension.changing.mode === 'latest' ? [observed] : [observed, historyTable(dimension)];
}

function lookupTable(dimension: Extract<CompiledDimension, { kind: 'lookup' }>): WantedTable {
  const { table, key, natural, attributes, hashed = false } = dimension;
  const columns = [...natural, ...attributes].map(({ name, logical }): Wanted => {
    const isKey = hashed && natural.some((column) => column.name === name);
    return { name, isKey, type: sqlType(logical), notNull: false, before: null };
  });
  const surrogate = { name: key, isKey: true, type: keySqlType(dimension), notNull: true, before: null };
  const names = natural.map(({ name }) => name);
  const isMarked = isChanging(dimension);
  const hash = { name: '_hash', isKey: false, type: 'uuid', notNull: false, before: null };
  return {
    table,
    columns: [surrogate, ...columns, ...(isMarked ? [hash] : [])],
    key: names,
    hashed,
    member: key,
    mark: attributesMark(dimension),
    beside: isMarked ? besideNames(dimension) : [],
  };
}

/** The name of the type as the server reports it. */
export function typeName(type: string): string {
  return type
    .replace(/ collate .*/, '')
    .replace(/ storage plain$/, '')
    .replace('timestamptz', 'timestamp with time zone')
    .replace(/^time$/, 'time without time zone')
    .replaceAll(', ', ',');
}
