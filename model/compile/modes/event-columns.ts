/** The columns that describe an event: its key, its place in the order, its content and its row. */
import type {
  CompiledDimension,
  CompiledMode,
  FactColumn,
  KeyedMode,
  KeyedStar,
  LogicalType,
} from '../../compiled.ts';
import { typeOf } from '../../types/column-types.ts';
import type { Mistakes } from '../mistakes.ts';

const uuid = { type: 'uuid' } as const;

/** Number of an event's row among the accepted rows of its chunk, from 0. */
export const rowColumn = { name: '_row', vector: '_row', logical: { type: 'integer' } } as const;

/** The columns in order; none if every row is a fact. Workers fill a vector of the same name for each. */
export function eventColumns(mode: CompiledMode): readonly { name: string; logical: LogicalType }[] {
  if (mode.kind === 'append') return [];
  return [
    { name: '_key', logical: uuid },
    ...(mode.orderBy === null ? [] : [{ name: '_order', logical: mode.orderBy.logical }]),
    ...(mode.deleted === null ? [] : [{ name: '_deleted', logical: { type: 'boolean' } as const }]),
    { name: '_hash', logical: uuid },
    ...(mode.kind === 'history' ? [{ name: '_tracked', logical: uuid }] : []),
    ...(mode.scope.length === 0 ? [] : [{ name: '_scope', logical: uuid }]),
    { name: rowColumn.name, logical: rowColumn.logical },
  ];
}

/** The event columns of the fact table. */
export function eventFacts(mode: CompiledMode): FactColumn[] {
  return eventColumns(mode).map(({ name, logical }) => {
    return { kind: 'value', name, vector: name, logical, notNull: true };
  });
}

/** `columns`: those of the fact table that people see. */
export function keyedStar(
  mode: CompiledMode,
  columns: readonly FactColumn[],
  dimensions: readonly CompiledDimension[],
  mistakes: Mistakes,
): KeyedStar | null {
  if (mode.kind === 'append') return null;
  const { kind, keep, nulls, orderBy, asOf, maxDeleted, seen } = mode;
  factsOf('track', mode, columns, dimensions, mistakes);
  return {
    ...{ kind, keep, nulls, order: orderBy && { sqlType: orderType(orderBy.logical) } },
    deleted: mode.deleted !== null,
    scoped: mode.scope.length > 0,
    tracked: kind === 'history',
    overwrite: factsOf('overwrite', mode, columns, dimensions, mistakes),
    ...{ asOf: asOf?.pattern ?? null, maxDeleted },
    ...(seen && { seen }),
  };
}

/** Texts are compared by their bytes, whatever the collation of the database. */
function orderType(logical: LogicalType): string {
  const type = typeOf(logical).sql(logical);
  return logical.type === 'text' ? `${type} collate "C"` : type;
}

/** The fact columns that show the vectors of an option: values, and keys of dimensions that they identify. */
function factsOf(
  option: 'track' | 'overwrite',
  mode: KeyedMode,
  columns: readonly FactColumn[],
  dimensions: readonly CompiledDimension[],
  mistakes: Mistakes,
): string[] {
  const vectors = mode[option];
  const shownBy = (vector: string) =>
    columns.filter((column) => {
      if (column.kind === 'value') return column.vector === vector;
      if (column.kind === 'chunk') return false;
      const dimension = dimensions[column.dimension];
      return dimension.kind === 'lookup' && dimension.natural.some((part) => part.vector === vector);
    });
  for (const vector of vectors) {
    if (shownBy(vector).length > 0) continue;
    const fix = 'List it in star.columns, or leave it out';
    mistakes.add(`mode.${option}`, `${vector} is not a column of the fact table`, fix);
  }
  if (option === 'overwrite') refuseHalfKeys(vectors, dimensions, mistakes);
  return [...new Set(vectors.flatMap(shownBy).map(({ name }) => name))];
}

/** A member that is overwritten in part would be one that no row of the file names. */
function refuseHalfKeys(
  vectors: readonly string[],
  dimensions: readonly CompiledDimension[],
  mistakes: Mistakes,
): void {
  for (const dimension of dimensions) {
    if (dimension.kind !== 'lookup') continue;
    const natural = dimension.natural.map(({ vector }) => vector);
    const rest = natural.filter((vector) => !vectors.includes(vector));
    if (rest.length === 0 || rest.length === natural.length) continue;
    const what = `${dimension.table} is identified by ${rest.join(' and ')} too`;
    mistakes.add('mode.overwrite', what, `Overwrite ${natural.join(' and ')}, or none of them`);
  }
}
