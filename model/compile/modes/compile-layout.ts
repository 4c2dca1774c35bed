/** Whether the facts of a definition can be packed: many rows in one tuple, a bytea for each column. */
import type { CompiledMode, CompiledStar, FactColumn } from '../../compiled.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import type { LogicalType } from '../../types/column-types.ts';
import { shortDigits } from '../../types/numeric.ts';
import { didYouMean, list } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';

/** Bytes of a tuple in a page of 8 KiB, and those that a column takes in it apart from its texts, at most. */
const tupleMost = 8000;
const columnMost = 80;
/** Bytes of a character in UTF-8, at most. */
const characterMost = 4;

type StarSource = Exclude<DatasetDefinition['star'], 'none'>;

interface ToPack {
  readonly columns: readonly FactColumn[];
  readonly source: DatasetDefinition['columns'];
  readonly mode: CompiledMode;
}

/** The member of a compiled star; nothing for a tuple a row. */
export function compileLayout(
  { layout = 'rows', indexes = [], sortBy }: StarSource,
  { columns, source, mode }: ToPack,
  mistakes: Mistakes,
): Pick<CompiledStar, 'layout' | 'sortBy'> {
  if (layout === 'rows') {
    if (sortBy !== undefined)
      mistakes.add('star.sortBy', 'only packed facts are sorted', "Remove it, or say layout: 'packed'");
    return {};
  }
  const place = 'star.layout';
  if (layout !== 'packed') {
    mistakes.add(place, `there is no ${layout}`, "Say 'rows' or 'packed'");
    return {};
  }
  if (mode.kind !== 'append')
    mistakes.add(place, `a packed fact cannot change, as those of ${mode.kind} do`, "Say 'rows'");
  if (indexes.length > 0)
    mistakes.add(
      'star.indexes',
      'packed facts have no indexes of their own',
      "Remove them, or say layout: 'rows'",
    );
  let texts = 0;
  for (const column of columns) {
    if (column.kind !== 'value') continue;
    const { name, logical } = column;
    const unfit = unfitType(logical);
    const bytes = logical.type === 'text' ? textBytes(source[column.vector]) : 0;
    if (unfit !== null) mistakes.add(place, `${name} is ${unfit}, which is not packed`, leave(name));
    else if (bytes === null) {
      const fix =
        source[name] === undefined
          ? leave(name)
          : `Say maxLength or oneOf for it. Or ${leave(name, 'leave')}`;
      mistakes.add(place, `${name} is a text of any length, and a tuple must fit into a page`, fix);
    } else texts += bytes;
  }
  const bytes = columns.length * columnMost + texts;
  if (bytes > tupleMost) {
    const what = `a row may take ${bytes} bytes of the ${tupleMost} in a page`;
    mistakes.add(place, what, "Say a smaller maxLength, list fewer star.columns, or say 'rows'");
  }
  refuseNames(columns, mistakes);
  if (sortBy === undefined) return { layout };
  refuseUnsortable(sortBy, columns, mistakes);
  return { layout, sortBy };
}

const sortable = ['timestamp', 'date', 'smallint', 'integer', 'bigint'];

function refuseUnsortable(sortBy: string, columns: readonly FactColumn[], mistakes: Mistakes): void {
  const names = columns.filter(({ kind }) => kind === 'value').map(({ name }) => name);
  const column = columns.find(({ name }) => name === sortBy);
  if (column?.kind !== 'value')
    mistakes.add('star.sortBy', `${sortBy} is not a value of the fact table`, didYouMean(sortBy, names));
  else if (!sortable.includes(column.logical.type))
    mistakes.add('star.sortBy', `${sortBy} is ${column.logical.type}`, `Name a ${list(sortable, 'or')}`);
}

function leave(name: string, word = 'Leave'): string {
  return `${word} ${name} out of star.columns (the lake has it), make it a dimension, or say layout: 'rows'`;
}

/** What a type is, in words, if it is not packed. */
function unfitType(logical: LogicalType): string | null {
  if (logical.type === 'json') return logical.type;
  const isLong = logical.type === 'numeric' && logical.precision > shortDigits;
  return isLong ? `a number of more than ${shortDigits} digits` : null;
}

/** The most bytes of a column's texts; null if nobody has said. */
function textBytes(column: DatasetDefinition['columns'][string] | undefined): number | null {
  const { maxLength, oneOf } = (column?.options ?? {}) as { maxLength?: number; oneOf?: readonly unknown[] };
  if (maxLength !== undefined) return maxLength * characterMost;
  return oneOf === undefined ? null : Math.max(0, ...oneOf.map((text) => Buffer.byteLength(String(text))));
}

/** The table has columns of its own, which begin like these. */
function refuseNames(columns: readonly FactColumn[], mistakes: Mistakes): void {
  const taken = columns.map(({ name }) => name).filter((name) => /^_(rows$|[a-z]+_)/.test(name));
  if (taken.length === 0) return;
  const what = `${list(taken, 'and')} may be the name of a column that packing adds`;
  mistakes.add('star.layout', what, 'Rename it so that it does not begin with _');
}
