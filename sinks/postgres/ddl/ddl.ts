/**
 * The SQL of a star, as `landfall ddl` prints it and the coordinator runs it. Every statement may be repeated. A
 * table that exists is left unchanged.
 */
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { createSchemaSql } from '../../../platform/database/create-schema.ts';
import { packedDdl } from '../packed/packed-ddl.ts';
import { dimensionDdl } from './dimension-ddl.ts';
import { eventDdl } from './event-ddl.ts';
import {
  chunkComment,
  columnLines,
  factsComment,
  factType,
  identifier,
  indexName,
  literal,
  qualified,
} from './sql-columns.ts';

/**
 * Creates the schema, the dimensions with the unknown member 0, the fact table and its indexes, in an order in which
 * the statements can be run. Empty for a dataset without a star. May be repeated, but not by two processes at the
 * same time, which an advisory lock prevents.
 */
export function starDdl(dataset: CompiledDataset): string[] {
  const { star } = dataset;
  if (star === null) return [];
  const tables = new Map(star.dimensions.map((dimension) => [dimension.table, dimension]));
  return [
    createSchemaSql(star.schema),
    ...[...tables.values()].flatMap((dimension) => dimensionDdl(star.schema, dimension)),
    ...factsDdl(dataset, star),
  ];
}

function factsDdl(dataset: CompiledDataset, star: CompiledStar): string[] {
  if (star.keyed !== null) return eventDdl(dataset, star);
  return star.layout === 'packed' ? packedDdl(dataset, star) : factDdl(dataset, star);
}

function factDdl(dataset: CompiledDataset, star: CompiledStar): string[] {
  const table = qualified(star.schema, star.fact);
  const lines = columnLines(
    star.columns.map((column) => [identifier(column.name), factType(column, star)] as const),
  );
  const create = [
    '-- No foreign keys, on purpose: a bulk load would check each of them for every row. Keys come from the',
    '-- dimension tables themselves, and members are never deleted.',
    `create table if not exists ${table} (\n${lines}\n)`,
  ];
  return [
    create.join('\n'),
    `comment on table ${table} is ${literal(factsComment(dataset))}`,
    chunkComment(table),
    ...star.indexes.map(({ columns, method }) => {
      const index = identifier(indexName(star.fact, columns));
      const using = method === 'btree' ? '' : ` using ${method}`;
      return `create index if not exists ${index} on ${table}${using} (${columns.map(identifier).join(', ')})`;
    }),
  ];
}
