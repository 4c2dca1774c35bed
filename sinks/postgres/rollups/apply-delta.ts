/** Changes one rollup by what a transaction adds to the facts and removes from them. */
import type pg from 'pg';
import type { Changing } from '../../../ledger/tables/rollups.ts';
import type { RollupMeasure, RollupValues } from '../../../model/compiled-rollup.ts';
import type { Delta } from '../events/event-contract.ts';
import {
  answerFromValues,
  changeGroups,
  changeValues,
  dropTouched,
  removeEmptyGroups,
} from './change-state.ts';
import { dropDelta, gatherFacts, makeDelta } from './delta-tables.ts';
import { recompute } from './recompute.ts';
import type { StoredRollup } from './state-tables.ts';

/** A rollup that exists. */
export interface LiveRollup {
  readonly dataset: string;
  readonly stored: StoredRollup;
  /** Ids of values that are not kept: their measures are computed again for the groups that are touched. */
  readonly recomputed: readonly string[];
}

export function keptValues({ stored, recomputed }: LiveRollup): RollupValues[] {
  return stored.rollup.values.filter(({ id }) => !recomputed.includes(id));
}

/** Measures that are computed again from the facts of a group. */
export function recomputedMeasures({ stored, recomputed }: LiveRollup): RollupMeasure[] {
  return stored.rollup.measures.filter(
    ({ answer }) => answer?.kind === 'sql' || (answer !== null && recomputed.includes(answer.values)),
  );
}

export async function applyDelta(
  client: pg.ClientBase,
  live: LiveRollup,
  { added, removed }: Delta,
  changing: Changing,
): Promise<void> {
  const { stored } = live;
  const kept = keptValues(live);
  await makeDelta(client, stored, kept);
  for (const facts of added) await gatherFacts(client, stored, kept, facts, 1);
  for (const facts of removed) await gatherFacts(client, stored, kept, facts, -1);
  await changeByDelta(client, live, changing);
}

/** Changes the rollup by what is in the tables of the delta, and drops them. */
export async function changeByDelta(
  client: pg.ClientBase,
  live: LiveRollup,
  changing: Changing,
): Promise<void> {
  const { dataset, stored } = live;
  const kept = keptValues(live);
  const touched = await changeGroups(client, stored);
  if (touched > 0) {
    for (const values of kept) await changeValues(client, stored, values);
    await answerFromValues(client, stored, kept);
    await recompute(client, dataset, stored, recomputedMeasures(live), changing);
    await removeEmptyGroups(client, stored);
  }
  await dropTouched(client);
  await dropDelta(client, kept);
}
