/** Columns as the steps before the star and the source text find them, from rows that are written down. */
import { columnNames } from '../../../model/infer/column-names.ts';
import type { ColumnFacts, ColumnGuess, FoundColumn } from '../../../model/infer/contract.ts';
import type { TypeName } from '../../../model/types/column-types.ts';

export type Cells = readonly (readonly (string | null)[])[];

/** What all rows of column `c` show. */
export function factsOf(rows: Cells, c: number): ColumnFacts {
  const values = rows.flatMap((row) => row[c] ?? []);
  const isNumber = values.every((value) => /^-?\d+(\.\d+)?$/.test(value));
  const sorted = [...new Set(values)].sort((a, b) => (isNumber ? Number(a) - Number(b) : a < b ? -1 : 1));
  return {
    rows: rows.length,
    nulls: rows.length - values.length,
    distinct: sorted.length,
    distinctExact: true,
    least: sorted[0] ?? null,
    greatest: sorted.at(-1) ?? null,
    bytesMost:
      values.length === 0
        ? null
        : values.reduce((most, value) => Math.max(most, Buffer.byteLength(value)), 0),
    misfits: [],
    misfitRows: 0,
  };
}

const shapes: readonly (readonly [TypeName, RegExp])[] = [
  ['integer', /^(0|-?[1-9]\d{0,8})$/],
  ['float8', /^-?\d+(\.\d+)?$/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['timestamp', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
];

export function guessOf(rows: Cells, c: number): ColumnGuess {
  const values = rows.flatMap((row) => row[c] ?? []);
  const type =
    values.length === 0
      ? 'text'
      : shapes.find(([, shape]) => values.every((value) => shape.test(value)))?.[0];
  return { type: type ?? 'text', options: {}, nulls: [], remarks: [] };
}

/** Found columns of a table; `types` replaces guesses. */
export function foundColumns(
  header: readonly string[],
  rows: Cells,
  types: Readonly<Record<string, Partial<ColumnGuess>>> = {},
): FoundColumn[] {
  return columnNames(header, header.length).map(({ name, aliases }, c) => ({
    name,
    aliases,
    optional: false,
    guess: { ...guessOf(rows, c), ...types[name] },
    facts: factsOf(rows, c),
  }));
}
