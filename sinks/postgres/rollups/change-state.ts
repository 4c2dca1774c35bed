/**
 * Changes the state of a rollup by what delta-tables.ts has gathered, in the caller's transaction and in key order.
 * Each step is a statement of its own: within one, what one part changes is hidden from another.
 *
 *   groups: parts added ─▶ values: counts added, those at 0 gone ─▶ answers of the groups ─▶ groups at 0 gone
 */
import type pg from 'pg';
import type { RollupGroup, RollupMeasure, RollupValues } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import { deltaTable, valuesDelta } from './delta-tables.ts';
import { pickFromValues } from './picks.ts';
import { groupKey, lazyAnswer, type StoredRollup, stateNames, valueKey } from './state-tables.ts';

/** The groups that the delta has: group columns, _group, _rows. */
export const touchedTable = 'pg_temp.rollup_touched';

/** Adds the parts. Creates the table of touched groups. Returns their number. */
export async function changeGroups(client: pg.ClientBase, stored: StoredRollup): Promise<number> {
  const { by, parts } = stored.rollup;
  const { state } = stateNames(stored);
  const groups = by.map(({ name }) => identifier(name)).join(', ');
  const numbers = parts.map(({ column }) => column);
  const types = by.map(({ name, sqlType }) => `${identifier(name)} ${sqlType}`).join(', ');
  await client.query(
    `create temporary table rollup_touched (${types}, _group bigint, _rows bigint) on commit drop`,
  );
  const { rowCount } = await client.query(`
    with changed as (
      insert into ${state} as s (${groups}, ${numbers.join(', ')})
      ${addedUp(stored, deltaTable)} order by ${groups}
      on conflict (${groupKey(stored.rollup)}) do update set ${partsAdded(stored)}
      returning ${groups}, _group, _rows
    )
    insert into ${touchedTable} select * from changed`);
  await client.query(`analyze ${touchedTable}`);
  return rowCount ?? 0;
}

/** A select of each group once, with the sums of its parts. `source`: in FROM, with a group once or more often. */
export function addedUp({ rollup }: StoredRollup, source: string): string {
  const groups = rollup.by.map(({ name }) => identifier(name)).join(', ');
  const sums = rollup.parts.map(({ column, sqlType }) =>
    sqlType === 'numeric'
      ? `trim_scale(sum(${column})) as ${column}`
      : `cast(sum(${column}) as ${sqlType}) as ${column}`,
  );
  return `select ${groups}, ${sums.join(', ')} from ${source} group by ${groups}`;
}

/**
 * What an insert of a group that is there sets: its parts, with those that are inserted added. Trimmed, so that the same
 * sum has the same bytes however it came about.
 */
export function partsAdded({ rollup }: StoredRollup): string {
  const added = rollup.parts.map(({ column, sqlType }) => {
    const sum = `s.${column} + excluded.${column}`;
    return `${column} = ${sqlType === 'numeric' ? `trim_scale(${sum})` : sum}`;
  });
  return added.join(', ');
}

/** Adds the counts of values, and counts the different values of each group for measures that ask for it. */
export async function changeValues(
  client: pg.ClientBase,
  stored: StoredRollup,
  values: RollupValues,
): Promise<void> {
  const names = stateNames(stored);
  const table = names.values.get(values.id)!;
  const columns = values.columns.map((_, i) => `c${i + 1}`).join(', ');
  const { by } = stored.rollup;
  await client.query(
    'create temporary table rollup_changed (_group bigint, n bigint, is_new boolean, row tid) on commit drop',
  );
  // A row that was inserted has no xmax; one that was updated has been locked for it.
  await client.query(`
    with changed as (
      insert into ${table} as v (_group, ${columns}, n)
      select t._group, ${columns}, sum(d.n)
      from (select ${recordOf(by)} as _key, f.* from ${valuesDelta(values)} f) d
      join (select ${recordOf(by)} as _key, f._group from ${touchedTable} f) t on d._key = t._key
      group by t._group, ${columns} having sum(d.n) <> 0
      order by t._group, ${columns}
      on conflict (${valueKey(values)}) do update set n = v.n + excluded.n
      returning v._group, v.n, v.xmax = 0, v.ctid
    )
    insert into pg_temp.rollup_changed select * from changed`);
  await client.query(
    `delete from ${table} where ctid = any (array(select row from pg_temp.rollup_changed where n = 0))`,
  );
  const counts = stored.rollup.measures.flatMap(({ answer }) =>
    answer?.kind === 'values' && answer.values === values.id && answer.pick.kind === 'distinct'
      ? [answer.column]
      : [],
  );
  if (counts.length > 0) {
    const set = counts.map((column) => `${column} = coalesce(s.${column}, 0) + c.change`).join(', ');
    await client.query(`
      update ${names.state} s set ${set}
      from (
        select _group, count(*) filter (where is_new) - count(*) filter (where n = 0) as change
        from pg_temp.rollup_changed group by _group
      ) c
      where s._group = c._group and c.change <> 0`);
  }
  await client.query('drop table pg_temp.rollup_changed');
}

/** One value for all group columns, with which groups whose columns are null can be joined. */
export function recordOf(by: readonly RollupGroup[]): string {
  return `row(${by.map(({ name }) => `f.${identifier(name)}`).join(', ')})`;
}

/** Sets the answers of the touched groups that follow from values. */
export async function answerFromValues(
  client: pg.ClientBase,
  stored: StoredRollup,
  kept: readonly RollupValues[],
): Promise<void> {
  const names = stateNames(stored);
  const set = stored.rollup.measures.flatMap((measure) => answerSql(measure, kept, stored));
  if (set.length === 0) return;
  await client.query(
    `update ${names.state} s set ${set.join(', ')} from ${touchedTable} t where s._group = t._group and t._rows <> 0`,
  );
}

function answerSql({ answer }: RollupMeasure, kept: readonly RollupValues[], stored: StoredRollup): string[] {
  const names = stateNames(stored);
  if (answer?.kind !== 'values' || !kept.some(({ id }) => id === answer.values)) return [];
  if (lazyAnswer(stored, answer) !== null) return [];
  const sql = pickFromValues(answer.pick, names.values.get(answer.values)!);
  return sql === null ? [] : [`${answer.column} = ${sql}`];
}

/** Removes groups that have no rows any more. */
export async function removeEmptyGroups(client: pg.ClientBase, stored: StoredRollup): Promise<void> {
  const { state } = stateNames(stored);
  await client.query(
    `delete from ${state} s using ${touchedTable} t where s._group = t._group and t._rows = 0`,
  );
}

export async function dropTouched(client: pg.ClientBase): Promise<void> {
  await client.query(`drop table ${touchedTable}`);
}
