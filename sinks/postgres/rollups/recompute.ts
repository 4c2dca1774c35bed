/** Computes measures of the touched groups again, from the facts of the groups, through the index on their columns. */
import type pg from 'pg';
import { type Changing, doneParameters, isDone } from '../../../ledger/tables/rollups.ts';
import type { RollupGroup, RollupMeasure } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import { touchedTable } from './change-state.ts';
import { definitionSql } from './definition-sql.ts';
import { indexed, type StoredRollup, stateNames } from './state-tables.ts';

/** `changing`: see chunks_not_done in the ledger. */
export async function recompute(
  client: pg.ClientBase,
  dataset: string,
  stored: StoredRollup,
  measures: readonly RollupMeasure[],
  changing: Changing,
): Promise<void> {
  if (measures.length === 0) return;
  const { by } = stored.rollup;
  // An index finds nulls and values by different conditions.
  const nulls = by.map(({ name }) => `t.${identifier(name)} is null`);
  const patterns = await client.query<{ pattern: boolean[] }>(
    `select distinct array[${nulls.join(', ')}] as pattern from ${touchedTable} t where _rows <> 0`,
  );
  const { state } = stateNames(stored);
  const columns = measures.map(({ answer }) => answer!.column).join(', ');
  const names = measures.map(({ name }) => `d.${identifier(name)}`).join(', ');
  for (const { pattern } of patterns.rows) {
    const ofPattern = nulls.map((one, i) => (pattern[i] ? one : `not (${one})`));
    // Group by group: a join of all groups with the state might read the whole state.
    const definition = definitionSql(stored, factsOfGroup(stored, pattern), measures);
    await client.query(
      `update ${state} s set (${columns}) = (select ${names} from (${definition}) d)
       from ${touchedTable} t where s._group = t._group and t._rows <> 0 and ${ofPattern.join(' and ')}`,
      stored.keyed ? [] : [...doneParameters(dataset, changing)],
    );
  }
}

/** The facts of the group `t`. */
function factsOfGroup(stored: StoredRollup, pattern: readonly boolean[]): string {
  const conditions = stored.rollup.by.map((group, i) => matches(group, pattern[i]));
  if (!stored.keyed) conditions.push(isDone('f.chunk_id', 1));
  return `select f.* from ${stateNames(stored).facts} f where ${conditions.join(' and ')}`;
}

function matches(group: RollupGroup, isNull: boolean): string {
  return isNull
    ? `${indexed(group.sql, group)} is null`
    : equal(group.sql, `t.${identifier(group.name)}`, group);
}

/** In a form that an index helps with: that of texts has the usual collation, and touched groups have another one. */
function equal(one: string, other: string, group: RollupGroup): string {
  const same = `${one} = ${other}`;
  return group.isText
    ? `${indexed(one, group)} = ${indexed(other, group)} collate "default" and ${same}`
    : same;
}
