/** Names, texts, types and columns as the SQL of a star has them. */
import type {
  CompiledDataset,
  CompiledDimension,
  CompiledStar,
  FactColumn,
  LogicalType,
} from '../../../model/compiled.ts';
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

/** What the comment of a fact table, or of the view in its place, says. */
export function factsComment({ name, description }: CompiledDataset): string {
  return description === '' ? `Facts of the dataset ${name}.` : description;
}

/** The statements for the view of facts that are kept in other tables. A view that exists is left unchanged. */
export function factViewDdl(
  { schema, fact }: CompiledStar,
  { select, comment }: { readonly select: string; readonly comment: string },
): string[] {
  const view = qualified(schema, fact);
  return [
    `-- A view that exists is left unchanged.
do $landfall$
begin
  if to_regclass(${literal(view)}) is null then
    create view ${view} as
    ${select};
  end if;
end
$landfall$`,
    `comment on view ${view} is ${literal(comment)}`,
    chunkComment(view),
  ];
}

/** `relation`: the fact table, or the view in its place. */
export function chunkComment(relation: string): string {
  return `comment on column ${relation}.chunk_id is ${literal('The chunk of landfall.chunk that the row came from.')}`;
}

/** The items, those with the names in `first` before the others. A view that exists keeps the order of its columns. */
export function keepingOrder<Item extends { readonly name: string }>(
  items: readonly Item[],
  first: readonly string[],
): Item[] {
  return [
    ...first.flatMap((name) => items.filter((one) => one.name === name)),
    ...items.filter(({ name }) => !first.includes(name)),
  ];
}
