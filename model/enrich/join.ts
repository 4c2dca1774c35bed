/** Columns that are looked up in a reference table by a key. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Columns } from '../language/define.ts';
import type { Reference } from '../language/reference.ts';
import type { Enrichment, Ref, RunEnrichment } from '../language/refs.ts';
import { type ReferenceTable, rowsFor } from '../references/reference-table.ts';
import type { VectorOf } from '../types/column-type.ts';
import { type LogicalType, typeOf, type ValueTypes } from '../types/column-types.ts';
import { computedNumeric } from '../types/numeric.ts';
import { textAt } from '../types/text.ts';
import { list, shown } from '../words.ts';
import { concatVectors } from './concat.ts';
import { selectRows } from './select.ts';

const whole = ['smallint', 'integer', 'bigint'];

/** Types of a reference table's key, and those of the columns that are joined by it. */
export const joinedTypes = { text: ['text'], smallint: whole, integer: whole, bigint: whole } as const;

export interface JoinOptions<V> {
  /** The value of rows whose key is not in the table. Default: null. */
  readonly otherwise?: V;
  /** 'reject': rows whose key is not in the table are rejected (LF_REJECT_COMPUTE). Default: 'null'. */
  readonly missing?: 'null' | 'reject';
}

/**
 * A column of a reference table, from the row whose key is that of `key`: `join(states, c.state_code, 'name')`. If
 * `key` is null, so is the result.
 */
export function join<C extends Columns, N extends keyof C & string>(
  { reference }: Reference<C>,
  key: Ref<'text' | 'smallint' | 'integer' | 'bigint'>,
  column: N,
  options: JoinOptions<ValueTypes[C[N]['type']]> = {},
): Enrichment<C[N]['type']> {
  const { name, key: keyColumn, columns } = reference;
  const found = columns[column];
  if (found === undefined)
    throw new TypeError(`${name} has no column ${column} (columns: ${Object.keys(columns).join(', ')})`);
  const logical = found.logical as LogicalType;
  const { otherwise, missing = 'null', ...unknown } = options;
  if (!['null', 'reject'].includes(missing))
    throw new TypeError(`join takes missing: 'null' or 'reject', not ${shown(missing)}`);
  const spare = otherwise === undefined ? null : storedOtherwise(otherwise, logical, `${name}.${column}`);
  const keyType = columns[keyColumn]?.type as keyof typeof joinedTypes;
  const taken: readonly string[] = joinedTypes[keyType] ?? [];
  const unbound: RunEnrichment = () => {
    throw new TypeError(`the reference table ${name} has not been read`);
  };
  return {
    ...unknown,
    type: found.type,
    logical,
    inputs: [key],
    total: spare !== null && found.options.required === true,
    accepts: ([type]) =>
      taken.includes(type) ? null : `${name} is joined by ${list(taken, 'or')}, not ${type}`,
    operation: ['join', name, keyColumn, column, spare, missing],
    build: () => unbound,
    joins: {
      reference,
      bind: (table) => joinWith(table, column, logical, { spare, rejects: missing === 'reject' }),
    },
  } as Enrichment<C[N]['type']>;
}

/** What builders take for the value of unknown keys. Throws a TypeError if it is none of the column's type. */
function storedOtherwise(value: unknown, logical: LogicalType, place: string): unknown {
  const { computed } = typeOf(logical);
  const form = logical.type === 'numeric' ? computedNumeric(logical.precision, logical.scale) : computed;
  const stored = form?.stored(value);
  if (stored === undefined)
    throw new TypeError(`${shown(value)} is not a value of ${place} (${logical.type})`);
  return stored;
}

/**
 * The join with one version of the table. Its column is followed by two rows: a null for null keys, and the value of
 * unknown keys. So a batch is joined by finding the row of each key, and copying values from there.
 */
function joinWith(
  table: ReferenceTable,
  column: string,
  logical: LogicalType,
  { spare, rejects }: { readonly spare: unknown; readonly rejects: boolean },
): RunEnrichment {
  const unsaid = table.rows;
  const absent = table.rows + 1;
  const ends = typeOf(logical).build(2, logical);
  ends.set(0, null);
  ends.set(1, spare);
  const values = concatVectors([table.columns.get(column)!, ends.finish()]);
  return ([keys], rows, _, refusals) => {
    const at = rowsFor(table, keys, rows, { absent, unsaid });
    if (rejects) {
      for (let i = 0; i < rows; i++)
        if (at[i] === absent) refusals.add(i, `${table.name} has no ${table.key} ${keyText(keys, i)}`);
    }
    return selectRows(values, at);
  };
}

/** The key of a row, for a message. */
function keyText(keys: Vector, row: number): string {
  if (keys.kind === 'int32' || keys.kind === 'int64') return String(keys.values[row]);
  return shown(textAt(keys as VectorOf<'utf8' | 'dictionary'>, row));
}
