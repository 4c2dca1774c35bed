/** Names of the tables and columns that a keyed dataset has beside those of its definition. */
import { createHash } from 'node:crypto';

/** PostgreSQL cuts names at 63 bytes. A longer name keeps its beginning and gets a hash. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  return `${name.slice(0, 50)}_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

export interface EventTableNames {
  readonly current: string;
  readonly superseded: string;
  readonly staging: string;
  /** Snapshots: which file is complete for which scope, and when it was taken. */
  readonly scopes: string;
}

export function eventTableNames(fact: string): EventTableNames {
  return {
    current: shortName(`${fact}_current`),
    superseded: shortName(`${fact}_superseded`),
    staging: shortName(`${fact}_staging`),
    scopes: shortName(`${fact}_scopes`),
  };
}

/** The column of F_current with the value that another event of the key has. */
export function shownColumn(column: string): string {
  return shortName(`_shown_${column}`);
}

/** The same for a dimension's key. */
export function memberColumn(column: string): string {
  return shortName(`_member_${column}`);
}
