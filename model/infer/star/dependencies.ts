/** Whether one column depends on another: rows with the same value of the first have the same value of the second. */
import type { CodedColumn } from './column-codes.ts';

export interface Dependency {
  /** Values of the first column with which the second has several. */
  readonly broken: number;
  /** Rows whose value of the first column was seen before: so often the second was compared. */
  readonly compared: number;
}

/** Rows that must have been compared, whatever the values. */
const comparedLeast = 10;
/** That all comparisons agree by chance must be this improbable: e^-14 is one in a million. */
const evidenceLeast = 14;

/**
 * Compares `to` in the rows that have the same value of `from`. A row without a value of `from` belongs to no member,
 * so that its value of `to` would be lost: it breaks the dependency. Stops when more than `brokenMost` are broken.
 */
export function dependencyOf(from: CodedColumn, to: CodedColumn, brokenMost = 0): Dependency {
  const first = new Int32Array(from.counts.length).fill(-1);
  const isBroken = new Uint8Array(from.counts.length);
  if (from.nullCode >= 0) first[from.nullCode] = to.nullCode;
  let broken = 0;
  let compared = 0;
  for (let row = 0; row < from.codes.length && broken <= brokenMost; row++) {
    const member = from.codes[row];
    const value = to.codes[row];
    if (first[member] === -1 && member !== from.nullCode) {
      first[member] = value;
      continue;
    }
    if (member !== from.nullCode) compared++;
    if (first[member] === value || isBroken[member] === 1) continue;
    isBroken[member] = 1;
    broken++;
  }
  return { broken, compared };
}

/**
 * True if `to` depends on `from` in all rows, and there were enough of them: that so many rows agree although the
 * columns have nothing to do with each other must be improbable.
 */
export function dependsOn(to: CodedColumn, from: CodedColumn): boolean {
  // More values than members cannot depend on them.
  if (to.texts.length > from.texts.length) return false;
  const { broken, compared } = dependencyOf(from, to);
  return broken === 0 && isEvidence(to, compared);
}

/** `compared` rows that all agree are more than chance. */
export function isEvidence(to: CodedColumn, compared: number): boolean {
  const rows = to.codes.length;
  const agreement = to.counts.reduce((sum, count) => sum + (count / rows) ** 2, 0);
  return compared >= comparedLeast && compared * -Math.log(agreement) >= evidenceLeast;
}
