/** A dimension's tables while files end or are undone (settle-members.ts), and parts of the statements on them. */
import type { ChangingDimension } from '../../../../model/compiled.ts';
import { identifier } from '../../ddl/sql-columns.ts';

/** A table whose members are being settled. */
export interface SettledTable {
  readonly schema: string;
  readonly dimension: ChangingDimension;
  /** The observations, quoted. */
  readonly observed: string;
  /** The condition that an observation `o` is of the files that end or are undone. */
  readonly ofFiles: string;
  /** Chunks whose observations do not count: those of unended files, and of files that are undone. */
  readonly without: readonly number[];
}

/** The attributes' names, quoted, each after `prefix`. */
export function attributeList({ attributes }: ChangingDimension, prefix = ''): string {
  return attributes.map(({ name }) => `${prefix}${identifier(name)}`).join(', ');
}

/** Assignments of a member's attributes and their hash from the row `from`. */
export function assignments({ attributes }: ChangingDimension, from: string): string {
  return [...attributes.map(({ name }) => identifier(name)), '_hash']
    .map((name) => `${name} = ${from}.${name}`)
    .join(', ');
}
