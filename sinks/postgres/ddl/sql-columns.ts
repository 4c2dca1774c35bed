/** Names, texts, types and columns as the SQL of a star has them. */
import type { CompiledDimension, CompiledStar, FactColumn, LogicalType } from '../../../model/compiled.ts';
import { typeOf } from '../../../model/types/column-types.ts';
import { shortName } from '../events/table-names.ts';

/** Quotes an identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table with its schema, quoted. */
export function qualified(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

/** Quotes a text as a literal. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** The Postgres type of a column. */
export function sqlType(logical: LogicalType): string {
  return typeOf(logical).sql(logical);
}

/** The columns of a create table statement, with their types aligned. */
export function columnLines(columns: readonly (readonly [name: string, rest: string])[]): string {
  const width = Math.max(...columns.map(([name]) => name.length));
  return columns.map(([name, rest]) => `  ${name.padEnd(width)} ${rest}`).join(',\n');
}

/** The Postgres type of a dimension's key, in the dimension table and in the facts. */
export function keySqlType(dimension: CompiledDimension): string {
  return dimension.kind === 'lookup' && dimension.hashed ? 'bigint' : 'integer';
}

/** The type of a column of facts, and whether it takes nulls. */
export function factType(column: FactColumn, { dimensions, keyed }: CompiledStar): string {
  switch (column.kind) {
    case 'value':
      return `${valueType(column, keyed)}${column.notNull ? ' not null' : ''}`;
    case 'dimension':
      return `${keySqlType(dimensions[column.dimension])} not null`;
    case 'chunk':
      return 'integer not null';
  }
}

/** A name that tells the table and the columns. */
export function indexName(table: string, columns: readonly string[]): string {
  return shortName(`${table}_${columns.join('_')}_idx`);
}

/** The type of a value in the facts. Texts that order events are compared by their bytes. */
export function valueType(
  { name, logical }: Extract<FactColumn, { kind: 'value' }>,
  keyed: CompiledStar['keyed'],
): string {
  return name === '_order' && keyed?.order ? keyed.order.sqlType : sqlType(logical);
}
