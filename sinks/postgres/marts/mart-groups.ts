/** Which marts of a dataset have to be refreshed together. */
import type pg from 'pg';
import { type MartRead, martReads } from '../../../ledger/tables/marts.ts';
import type { CompiledSqlMart } from '../../../model/compiled.ts';

/** Marts that read each other, in the order of the definition. */
export interface MartGroup {
  readonly marts: readonly CompiledSqlMart[];
  /** Whether a mart is known to read another, itself or by way of others. */
  readonly reads: (mart: string, other: string) => boolean;
}

/** Marts that read each other are in one group. If one calls a function, which may read any of them, so are all. */
export async function groupsOf(
  client: pg.ClientBase,
  schema: string,
  marts: readonly CompiledSqlMart[],
): Promise<MartGroup[]> {
  const names = marts.map(({ name }) => name);
  const found = marts.length < 2 ? [] : await martReads(client, schema, names);
  const reads = (mart: string, other: string) =>
    found.some((one) => one.mart === mart && one.reads === other);
  const groups = found.some((one) => one.reads === null) ? [[...marts]] : apart(marts, found);
  return groups.map((group) => ({ marts: group, reads }));
}

function apart(marts: readonly CompiledSqlMart[], reads: readonly MartRead[]): CompiledSqlMart[][] {
  let groups: CompiledSqlMart[][] = [];
  for (const mart of marts) {
    const read = (other: CompiledSqlMart) =>
      reads.some((one) => one.mart === mart.name && one.reads === other.name);
    const joined = groups.filter((group) => group.some(read));
    groups = [...groups.filter((group) => !joined.includes(group)), [...joined.flat(), mart]];
  }
  return groups;
}
