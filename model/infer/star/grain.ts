/** What tells rows apart: a column, or two, whose values are different in every row. */
import type { CodedColumn } from './column-codes.ts';
import { isIdName, isMeasureName } from './column-words.ts';

/** Fewer rows may be different by chance. */
const rowsLeast = 20;
/** Columns of which pairs are tried. */
const pairedMost = 12;

const keyTypes = ['text', 'uuid', 'smallint', 'integer', 'bigint', 'date', 'timestamp'];

/**
 * The column or the two columns whose values are different in every sampled row, and in as many as were counted in
 * all rows; empty if there are none, or if they do not look like a key.
 */
export function grainOf(columns: readonly CodedColumn[]): CodedColumn[] {
  const candidates = columns.filter(
    ({ column: { guess, facts, name, optional } }) =>
      keyTypes.includes(guess.type) &&
      facts.nulls === 0 &&
      facts.rows >= rowsLeast &&
      !optional &&
      !isMeasureName(name),
  );
  const single = candidates.find((column) => isDifferent(column) && looksLikeKey(column));
  if (single !== undefined) return [single];
  const paired = candidates.filter(({ distinct }) => distinct > 1).slice(0, pairedMost);
  for (const [i, first] of paired.entries()) {
    for (const second of paired.slice(i + 1)) {
      if (![first, second].some(({ column }) => isIdName(column.name))) continue;
      if (areDifferent(first, second)) return [first, second];
    }
  }
  return [];
}

function isDifferent({ column: { facts }, codes, distinct }: CodedColumn): boolean {
  return distinct === codes.length && (!facts.distinctExact || facts.distinct === facts.rows);
}

function looksLikeKey({ column: { name, guess } }: CodedColumn): boolean {
  return isIdName(name) || guess.type === 'uuid';
}

function areDifferent(first: CodedColumn, second: CodedColumn): boolean {
  const rows = first.codes.length;
  if (first.distinct * second.distinct < rows) return false;
  const seen = new Set<number>();
  for (let row = 0; row < rows; row++) {
    const pair = first.codes[row] * second.texts.length + second.codes[row];
    if (seen.has(pair)) return false;
    seen.add(pair);
  }
  return true;
}
