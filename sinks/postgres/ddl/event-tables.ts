/** The tables of a keyed dataset according to its definition, and what its view shows. */
import type { CompiledStar, FactColumn } from '../../../model/compiled.ts';
import type { ShownColumn } from '../events/event-layout.ts';
import { eventTableNames, memberColumn, shownColumn } from '../events/table-names.ts';
import { identifier, keySqlType, valueType } from './sql-columns.ts';

/** A column that is not one of the definition's. */
export interface ExtraColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}

export interface EventTable {
  readonly table: string;
  /** After the columns of the definition. */
  readonly extra: readonly ExtraColumn[];
}

/** F_current, F_superseded and F_staging; none if every row is a fact. */
export function eventTables(star: CompiledStar): EventTable[] {
  const { keyed, fact } = star;
  if (keyed === null) return [];
  const names = eventTableNames(fact);
  const since = { name: '_since', type: 'integer', notNull: true };
  const validTo = { name: '_valid_to', type: keyed.order?.sqlType ?? '', notNull: false };
  const seen = (name: string, notNull = false) => ({ name, type: 'timestamptz', notNull });
  const landed = keyed.seen === undefined ? [] : [seen('_landed', true)];
  const current = [
    ...landed,
    since,
    ...(keyed.kind === 'history' ? [validTo] : []),
    ...otherColumns(star),
    ...(keyed.seen === undefined ? [] : [seen('_created'), seen('_updated')]),
  ];
  return [
    { table: names.current, extra: current },
    { table: names.superseded, extra: [...landed, { ...since, name: '_out' }] },
    { table: names.staging, extra: [] },
  ];
}

/** Columns of F_current with the values of other events of the key. */
function otherColumns(star: CompiledStar): ExtraColumn[] {
  return star.columns.flatMap((column) => {
    const name = otherOf(column, star);
    if (name === null || column.kind === 'chunk') return [];
    const type =
      column.kind === 'dimension'
        ? keySqlType(star.dimensions[column.dimension])
        : valueType(column, star.keyed);
    return [{ name, type, notNull: false }];
  });
}

function otherOf(column: FactColumn, { keyed }: CompiledStar): string | null {
  if (column.kind === 'chunk' || column.name.startsWith('_') || keyed === null) return null;
  const isKept = keyed.nulls === 'keep' && (column.kind === 'dimension' || !column.notNull);
  if (!isKept && !keyed.overwrite.includes(column.name)) return null;
  return column.kind === 'dimension' ? memberColumn(column.name) : shownColumn(column.name);
}

/** What the view of a keyed dataset shows, in the order of the definition. */
export function shownColumns(star: CompiledStar): ShownColumn[] {
  return star.columns
    .filter(({ name }) => !name.startsWith('_'))
    .map((column) => {
      const other = otherOf(column, star);
      return {
        name: identifier(column.name),
        other: other && identifier(other),
        isMember: column.kind === 'dimension',
      };
    });
}
