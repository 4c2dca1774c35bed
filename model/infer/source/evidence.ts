/** What was seen of a column, in words. */
import { plural } from '../../../platform/plural.ts';
import { columnTypes } from '../../types/column-types.ts';
import type { FoundColumn, Remark } from '../contract.ts';
import { shownValue } from './literals.ts';

/** Misfits that are shown. */
const misfitsShown = 3;

/**
 * `20,500 of 20,500 rows; 41 values; 0.25 to 30`, and what the guess rests on. `brief`: without the range of numbers,
 * where the line is full.
 */
export function evidenceOf({ optional, guess, facts }: FoundColumn, brief = false): string {
  const { rows, nulls, distinct, distinctExact, least, greatest } = facts;
  const said = guess.remarks.filter(({ kind }) => kind === 'evidence').map(({ text }) => text);
  if (rows === 0) return ['no rows', ...said].join('; ');
  if (nulls >= rows)
    return [`empty in ${rows === 1 ? 'the only row' : `all ${count(rows)} rows`}`, ...said].join('; ');
  const parts = [`${count(rows - nulls)} of ${plural(rows, 'row')}`];
  if (distinct === 1 && least === null) parts.push('always the same');
  else if (distinct === 1 && least !== null)
    parts.push(`always ${guess.type === 'text' ? shownValue(least) : least}`);
  else {
    const isUnique = distinctExact && distinct === rows - nulls && distinct > 1;
    parts.push(isUnique ? 'all different' : `${distinctExact ? '' : 'about '}${plural(distinct, 'value')}`);
    const isLeftOut = brief && ['float8', 'numeric'].includes(guess.type);
    if (hasOrder(guess.type) && least !== null && greatest !== null && !isLeftOut)
      parts.push(`${least} to ${greatest}`);
  }
  if (optional) parts.push('not in every file');
  return [...parts, ...said].join('; ');
}

/** What a person should look at. */
export function checksOf({ guess, facts }: FoundColumn): string[] {
  const said = guess.remarks.filter(({ kind }) => kind === 'check').map(({ text }) => text);
  return facts.misfitRows === 0 ? said : [...said, misfitText(facts)];
}

function misfitText({ misfits, misfitRows }: FoundColumn['facts']): string {
  const shown = misfits
    .slice(0, misfitsShown)
    .map(({ text, line }) => `${shownValue(text)} (line ${count(line)})`);
  const text = `${plural(misfitRows, 'row')} ${misfitRows === 1 ? 'does' : 'do'} not fit`;
  if (shown.length === 0) return text;
  return `${text}: ${shown.join(', ')}${misfitRows > shown.length ? ', …' : ''}`;
}

function hasOrder(type: FoundColumn['guess']['type']): boolean {
  return columnTypes[type].bound !== null;
}

/** 20500 → 20,500 */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `smallint`, `numeric(10, 2)` */
export function typeLabel({ type, digits }: { type: string; digits?: readonly number[] }): string {
  return digits === undefined ? type : `${type}(${digits.join(', ')})`;
}

/** Every row of the files has a value: the definition says so. */
export function isRequired({ optional, facts, required }: FoundColumn): boolean {
  return required ?? (!optional && facts.rows > 0 && facts.nulls === 0);
}

/** Texts of the kind, without repeats. */
export function textsOf(remarks: readonly Remark[], kind: Remark['kind']): string[] {
  return [...new Set(remarks.filter((remark) => remark.kind === kind).map(({ text }) => text))];
}
