import { plural } from '../plural.ts';
import type { FileProgress } from './progress.ts';

/** Digits of a version that people are shown. */
const digitsShown = 8;

/** Which versions of reference tables the rows of a file are joined with: `states 3f2a1b9c (51 rows), plans …`. */
export function referenceWords(references: NonNullable<FileProgress['references']>): string {
  return Object.entries(references)
    .map(([name, { version, rows }]) => `${name} ${version.slice(0, digitsShown)} (${plural(rows, 'row')})`)
    .join(', ');
}
