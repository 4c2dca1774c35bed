/**
 * Settles how rollups are kept, once they have enough rows to show which values repeat. Values of which more than half
 * are different are not kept: their table would be as large as the facts. They are if the facts are packed, because the
 * facts of a group could not be found.
 */
import type pg from 'pg';
import { type RollupNote, settleRollup } from '../../../ledger/tables/rollups.ts';
import { ifUnlocked } from '../ddl/if-unlocked.ts';
import { partialTables } from '../partials/partial-tables.ts';
import { keptValues, type LiveRollup } from './apply-delta.ts';
import { factIndexDdl, stateNames } from './state-tables.ts';

/** Fewer rows show nothing. */
const rowsEnough = 1_000;

/** A rollup with fewer groups costs little, however many rows it has. */
const groupsMany = 20_000;

/** How long the index over the facts may wait for chunks that are being copied. Then the next file settles it. */
const lockTimeout = '2s';

/** May be repeated. Returns what people should know of those of the rollups that are settled now. */
export async function settle(client: pg.ClientBase, rollups: readonly LiveRollup[]): Promise<string[]> {
  if (rollups.length === 0) return [];
  const counts = rollups.map(
    ({ stored }, i) =>
      `select ${i} as number, count(*)::float8 as groups, coalesce(sum(_rows), 0)::float8 as rows from ${stateNames(stored).state}`,
  );
  const counted = await client.query<Counted>(`${counts.join(' union all ')} order by number`);
  const notes: string[] = [];
  for (const [i, live] of rollups.entries()) notes.push(...(await settleOne(client, live, counted.rows[i])));
  return notes;
}

interface Counted {
  readonly groups: number;
  readonly rows: number;
}

async function settleOne(
  client: pg.ClientBase,
  live: LiveRollup,
  { groups, rows }: Counted,
): Promise<string[]> {
  if (rows < rowsEnough) return [];
  const { dataset, stored } = live;
  const { name } = stored.rollup;
  const { values } = stateNames(stored);
  const recomputed: string[] = [];
  const notes: RollupNote[] = groups < groupsMany ? [] : groupNotes(name, groups, rows);
  for (const { id, about } of stored.packed ? [] : keptValues(live)) {
    const counts = await client.query<{ different: number; all: number }>(
      `select count(*)::float8 as different, coalesce(sum(n), 0)::float8 as all from ${values.get(id)}`,
    );
    const { different, all } = counts.rows[0];
    if (different * 2 <= all) continue;
    recomputed.push(id);
    const found = `${different} of ${all} values are different`;
    const text = `${name} computes what follows from ${about} again for each group that a file touches: ${found}`;
    notes.push({ kind: 'values', text });
  }
  if (recomputed.length > 0) {
    if (!(await ifUnlocked(client, lockTimeout, () => client.query(factIndexDdl(stored))))) return [];
    for (const id of recomputed) await client.query(`truncate ${values.get(id)}`);
    // Workers may be writing more of them.
    for (const { values: id, sql } of partialTables(stored))
      if (id !== null && recomputed.includes(id)) await client.query(`delete from ${sql}`);
  }
  await settleRollup(client, dataset, { name, recomputed, notes });
  return notes.map(({ text }) => text);
}

/** A note if a rollup saves little. */
export function groupNotes(name: string, groups: number, rows: number): RollupNote[] {
  if (rows < rowsEnough || groups * 10 <= rows) return [];
  return [
    { kind: 'groups', text: `${name} has ${groups} groups of ${rows} rows: more than a tenth as many` },
  ];
}
