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
  const set = measures.map(({ name, answer }) => `${answer!.column} = d.${identifier(name)}`);
  for (const { pattern } of patterns.rows) {
    const ofPattern = nulls.map((one, i) => (pattern[i] ? one : `not (${one})`));
    const source = `select f.* from ${touchedTable} t cross join lateral (${factsOfGroup(stored, pattern)}) f where t._rows <> 0 and ${ofPattern.join(' and ')}`;
    const same = by.map((group, i) => {
      const column = `s.${identifier(group.name)}`;
      return pattern[i] ? `${column} is null` : equal(column, `d.${identifier(group.name)}`, group);
    });
    await client.query(
      `update ${state} s set ${set.join(', ')} from (${definitionSql(stored, source, measures)}) d where ${same.join(' and ')}`,
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
  return isNull ? `${group.sql} is null` : equal(group.sql, `t.${identifier(group.name)}`, group);
}

/** In a form that an index helps with. */
function equal(one: string, other: string, group: RollupGroup): string {
  const same = `${one} = ${other}`;
  return group.isText ? `${indexed(one, group)} = ${indexed(other, group)} and ${same}` : same;
}
