/**
 * Adds what workers have added up of chunks to a rollup in one statement, without temporary tables. That is possible
 * where what is added changes no more than sums, the least and the greatest value: those of a group can be set where its
 * row is, without what the group had before. Everything else takes the steps of apply-delta.ts.
 *
 *   groups of chunks ─▶ added up ─┬▶ inserted, or added to the group's row ─▶ _group ─┐
 *   extremes of chunks ─▶ by group┘                                                   ├▶ pieces of the file
 *         └───────────────────────────────────────────────────────────────────────────┘
 */
import type pg from 'pg';
import type { RollupValues } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Delta } from '../events/event-contract.ts';
import { partialArrays, partialGroups, partialTables } from '../partials/partial-tables.ts';
import { keptValues, type LiveRollup, recomputedMeasures } from './apply-delta.ts';
import { addedUp, partsAdded, recordOf } from './change-state.ts';
import { endOf, endsOfPieces, insertPieces, widened, widenedAnswers } from './chunk-pieces.ts';
import { isWidened, piecedValues } from './piece-values.ts';
import { groupKey, type StoredRollup, stateNames } from './state-tables.ts';

/**
 * Plans of these statements must not loop over groups for each piece: the server cannot know how many elements an array
 * has, and a temporary table, which could be analysed, would cost more than all the rest.
 */
export const withoutLoops = 'set local enable_nestloop = off';
export const withLoops = 'set local enable_nestloop to default';

/** Whether nothing but facts of chunks is added, and to a rollup that can take it in one statement. */
export function isAddedAtOnce(live: LiveRollup, delta: Delta): boolean {
  const { stored } = live;
  const isAddition = delta.chunkIds !== undefined && delta.removed.length === 0;
  if (!isAddition || (delta.removedChunks ?? []).length > 0) return false;
  if (partialTables(stored).length === 0) return false;
  if (keptValues(live).length + recomputedMeasures(live).length > 0) return false;
  return piecedValues(stored).every((values) => isWidened(stored.rollup, values));
}

/**
 * Call it where `isAddedAtOnce`, and after `withoutLoops`. False if workers have not added up each of the chunks: then
 * nothing is changed. `files`: that of each chunk.
 */
export async function addAtOnce(
  client: pg.ClientBase,
  stored: StoredRollup,
  chunkIds: readonly number[],
  files: readonly number[],
): Promise<boolean> {
  const { rows } = await client.query<{ complete: boolean }>(statement(stored), [
    chunkIds,
    files,
    new Set(chunkIds).size,
  ]);
  return rows[0].complete;
}

function statement(stored: StoredRollup): string {
  const { rollup } = stored;
  const [groups, ...ofValues] = partialTables(stored);
  const names = rollup.by.map(({ name }) => identifier(name)).join(', ');
  const tableOf = (values: RollupValues) => ofValues.find(({ values: id }) => id === values.id)!.sql;
  const all = piecedValues(stored).map((values, i) => piecesAdded(stored, values, tableOf(values), i + 1));
  const columns = [...rollup.parts.map(({ column }) => column), ...all.flatMap(({ answers }) => answers)];
  const shown = [
    ...rollup.parts.map(({ column }) => `d.${column}`),
    ...all.flatMap(({ answered }) => answered),
  ];
  const joined = all.flatMap(({ extremes, n }) =>
    extremes === null ? [] : [`left join extremes${n} on extremes${n}._key = d._key`],
  );
  const set = [partsAdded(stored), ...all.flatMap(({ set }) => set)];
  const steps = [
    `complete as materialized (
      select count(distinct chunk_id) = $3 as complete from ${groups.sql} where chunk_id = any ($1) and $2::integer[] is not null
    )`,
    ...all.flatMap(({ pieces, extremes }) => (extremes === null ? [pieces] : [pieces, extremes])),
    `changed as (
      insert into ${stateNames(stored).state} as s (${[names, ...columns].join(', ')})
      select ${[...rollup.by.map(({ name }) => `d.${identifier(name)}`), ...shown].join(', ')}
      from (
        select ${recordOf(rollup.by)} as _key, f.*
        from (${addedUp(stored, `(${partialGroups(groups.sql, rollup)}) g`)}) f
      ) d ${joined.join(' ')}
      where (select complete from complete)
      order by ${rollup.by.map(({ name }) => `d.${identifier(name)}`).join(', ')}
      on conflict (${groupKey(rollup)}) do update set ${set.join(', ')}
      returning ${names}, _group
    )`,
    ...all.flatMap(({ inserted, taken }) => [inserted, taken]),
  ];
  return `with ${steps.join(',\n')}\nselect complete from complete`;
}

/** The steps for values that are kept by chunk. `n` numbers them in the statement. */
function piecesAdded(stored: StoredRollup, values: RollupValues, table: string, n: number) {
  const { rollup } = stored;
  const pieces = `pieces${n}`;
  const groups = rollup.by.map(({ name }) => identifier(name)).join(', ');
  const answers = widenedAnswers(rollup, values);
  const extremes =
    answers.length === 0
      ? null
      : `extremes${n} as (select ${recordOf(rollup.by)} as _key, f.* from (${endsOfPieces(groups, pieces)}) f)`;
  return {
    n,
    pieces: `${pieces} as materialized (${partialArrays(table, rollup, values)})`,
    extremes,
    answers: answers.map(({ column }) => column),
    answered: answers.map((answer) => `extremes${n}.${endOf(answer)}`),
    set: answers.map((answer) => widened(answer, `excluded.${answer.column}`)),
    inserted: `inserted${n} as (${insertPieces(stored, values, `select * from ${pieces}`, 'changed')})`,
    taken: `taken${n} as (delete from ${table} where chunk_id = any ($1) and (select complete from complete))`,
  };
}
