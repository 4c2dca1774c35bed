/** Checks the options of columns. */
import type { Column } from '../language/columns.ts';
import { typeOf } from '../types/column-types.ts';
import { locales } from '../types/temporal/months.ts';
import { list } from '../words.ts';
import type { Mistakes } from './mistakes.ts';

/** Adds the mistakes in a column's type and options. */
export function checkColumn(place: string, column: Column, mistakes: Mistakes): void {
  const { logical, options } = column;
  for (const { at, what, fix } of typeOf(logical).faults(column)) mistakes.add(`${place}${at}`, what, fix);
  for (const [option, known] of Object.entries(choices)) {
    const said = options[option as keyof typeof choices];
    if (said === undefined || (known as readonly string[]).includes(said)) continue;
    mistakes.add(`${place}.${option}`, `there is no ${said}`, `Say ${list(known, 'or')}`);
  }
}

/** Options whose value is one of a few words. */
const choices = {
  locale: locales,
  encoding: ['dictionary', 'utf8'],
  form: ['wkt', 'latlon'],
  ambiguous: ['earlier', 'later', 'reject'],
  skipped: ['earlier', 'later', 'reject'],
  leapSecond: ['reject', 'clamp'],
  epoch: ['s', 'ms', 'us'],
  fraction: ['reject', 'truncate'],
  nonFinite: ['reject', 'null', 'keep'],
} as const;
