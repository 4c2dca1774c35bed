/** A compiled dataset in the form in which people are shown it: where each column goes, and what is made of it. */
import type { CompiledDataset, CompiledMart, LogicalType } from '../../../model/compiled.ts';
import type {
  ColumnDetail,
  DatasetDetail,
  MartDetail,
  StarDetail,
} from '../../../platform/progress/dataset-detail.ts';
import { sqlType } from '../../../sinks/postgres/ddl/sql-columns.ts';

/** A mart as its definition has it. */
export type MartDefinition = Pick<
  MartDetail,
  'name' | 'kind' | 'measures' | 'by' | 'maxStaleSeconds' | 'chart'
>;

export function describeDataset(dataset: CompiledDataset): Omit<DatasetDetail, 'marts'> & {
  readonly marts: readonly MartDefinition[];
} {
  const { name, description, version, mode, lake, queries } = dataset;
  return {
    ...{ name, description, version },
    mode: mode.kind,
    key: mode.kind === 'append' ? [] : mode.key,
    columns: columnsOf(dataset),
    partitionBy: lake.partitionBy.map((partition) => partition.name),
    star: starOf(dataset),
    marts: dataset.marts.map((mart) => martOf(mart, dataset.charts[mart.name] ?? null)),
    queries: queries.map((query) => ({
      name: query.name,
      description: query.description,
      sql: query.sql.trim(),
      parameters: query.parameters,
      chart: query.chart ?? null,
      path: `/api/datasets/${encodeURIComponent(name)}/queries/${encodeURIComponent(query.name)}`,
    })),
  };
}

/** Columns of the files, then those that are computed. */
function columnsOf(dataset: CompiledDataset): ColumnDetail[] {
  const files = dataset.columns.map(({ name, logical, required, optional }) => ({
    ...{ name, type: typeName(logical), required, optional, computedOf: null },
    ...destinationsOf(dataset, name),
  }));
  const computed = dataset.enrichments.map(({ name, logical, inputs }) => ({
    ...{ name, type: typeName(logical), required: false, optional: false, computedOf: inputs },
    ...destinationsOf(dataset, name),
  }));
  return [...files, ...computed];
}

/** A point is two numbers in star and lake, and has no type of its own there. */
function typeName(logical: LogicalType): string {
  return logical.type === 'point' ? 'point' : sqlType(logical);
}

/** Where the values of a vector go. */
function destinationsOf({ enrichments, lake, star }: CompiledDataset, vector: string) {
  const facts = star?.columns ?? [];
  const dimensions = star?.dimensions ?? [];
  return {
    readBy: enrichments.filter(({ inputs }) => inputs.includes(vector)).map(({ name }) => name),
    lake: lake.columns.filter((column) => column.vector === vector).map(({ name }) => name),
    partition: lake.partitionBy.some((partition) => partition.vector === vector),
    fact: facts.flatMap((column) => (column.kind === 'value' && column.vector === vector ? column.name : [])),
    dimensions: dimensions.flatMap((dimension) =>
      dimension.kind === 'lookup'
        ? [...dimension.natural, ...dimension.attributes]
            .filter((column) => column.vector === vector)
            .map(({ name }) => `${dimension.table}.${name}`)
        : dimension.vector === vector
          ? dimension.table
          : [],
    ),
  };
}

function starOf({ star }: CompiledDataset): StarDetail | null {
  if (star === null) return null;
  return {
    schema: star.schema,
    fact: star.fact,
    // Columns that describe an event, such as _key, are shown to nobody.
    values: star.columns.flatMap((column) =>
      column.kind === 'value' && !column.name.startsWith('_') ? column.name : [],
    ),
    // Two roles may share a table: the fact's column tells them apart.
    dimensions: star.dimensions.map((dimension, i) => ({
      ...{ kind: dimension.kind, table: dimension.table, key: keyOf(star, i) },
      columns:
        dimension.kind === 'lookup'
          ? [...dimension.natural, ...dimension.attributes].map(({ name }) => name)
          : [],
    })),
  };
}

/** The fact's column with the keys of a dimension. */
function keyOf({ columns, dimensions }: NonNullable<CompiledDataset['star']>, dimension: number): string {
  const column = columns.find((one) => one.kind === 'dimension' && one.dimension === dimension);
  return column?.name ?? dimensions[dimension].key;
}

function martOf(mart: CompiledMart, chart: MartDefinition['chart']): MartDefinition {
  if (mart.kind !== 'rollup')
    return {
      ...{ name: mart.name, kind: mart.kind, measures: [], by: [], chart },
      maxStaleSeconds: mart.maxStaleMs === undefined ? null : mart.maxStaleMs / 1000,
    };
  return {
    ...{
      name: mart.name,
      kind: mart.kind,
      by: mart.by.map(({ name }) => name),
      maxStaleSeconds: null,
      chart,
    },
    measures: mart.measures.map(({ name, class: kept, why }) => ({ name, class: kept, why })),
  };
}
