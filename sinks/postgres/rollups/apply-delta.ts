/** Changes one rollup by what a transaction adds to the facts and removes from them. */
import type pg from 'pg';
import type { Changing } from '../../../ledger/tables/rollups.ts';
import type { RollupMeasure, RollupValues } from '../../../model/compiled-rollup.ts';
import type { Delta, Relation } from '../events/event-contract.ts';
import { forgetPartials, gatherPartials, partialPieces } from '../partials/gather-partials.ts';
import {
  answerFromValues,
  changeGroups,
  changeValues,
  dropTouched,
  removeEmptyGroups,
} from './change-state.ts';
import { addPieces, piecesOfFacts, removePieces, widenByPieces } from './chunk-pieces.ts';
import { dropDelta, gatherFacts, makeDelta } from './delta-tables.ts';
import { isWidened, piecedValues } from './piece-values.ts';
import { recompute } from './recompute.ts';
import type { StoredRollup } from './state-tables.ts';

/** A rollup that exists. */
export interface LiveRollup {
  readonly dataset: string;
  readonly stored: StoredRollup;
  /** Ids of values that are not kept: their measures are computed again for the groups that are touched. */
  readonly recomputed: readonly string[];
}

/** Values that are counted. */
export function keptValues({ stored, recomputed }: LiveRollup): RollupValues[] {
  const pieced = piecedValues(stored);
  return stored.rollup.values.filter((values) => !recomputed.includes(values.id) && !pieced.includes(values));
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
  delta: Delta,
  changing: Changing,
): Promise<void> {
  const { added, removed, chunkIds = [], chunkFiles = chunkIds, removedChunks = [] } = delta;
  const { stored } = live;
  const kept = keptValues(live);
  await makeDelta(client, stored, kept);
  const gather = async (facts: readonly Relation[], ids: readonly number[] | undefined, sign: 1 | -1) => {
    if (ids !== undefined && (await gatherPartials(client, stored, { kept, chunkIds: ids, sign })))
      return true;
    for (const some of facts) await gatherFacts(client, stored, kept, some, sign);
    return false;
  };
  const isGathered = await gather(added, delta.chunkIds, 1);
  await gather(removed, delta.removedChunks, -1);
  await changeByDelta(client, live, changing, async (values) => {
    if (removedChunks.length > 0) await removePieces(client, stored, values, removedChunks);
    const pieces = isGathered
      ? [partialPieces(stored, values, chunkIds, chunkFiles)]
      : added.map((facts) => piecesOfFacts(stored, values, facts));
    const widens = removed.length === 0 && isWidened(stored.rollup, values);
    for (const source of pieces) await (widens ? widenByPieces : addPieces)(client, stored, values, source);
    return widens;
  });
  // What the end of a file has added is kept for its undo.
  await forgetPartials(client, stored, removedChunks);
  await forgetPartials(client, stored, chunkIds, isGathered ? kept : null);
}

/**
 * Changes the rollup by what is in the tables of the delta, and drops them. `changePieces` returns whether it has set the
 * answers too.
 */
export async function changeByDelta(
  client: pg.ClientBase,
  live: LiveRollup,
  changing: Changing,
  changePieces: (values: RollupValues) => Promise<boolean>,
): Promise<void> {
  const { dataset, stored } = live;
  const kept = keptValues(live);
  const touched = await changeGroups(client, stored);
  if (touched > 0) {
    for (const values of kept) await changeValues(client, stored, values);
    const unanswered = [...kept];
    for (const values of piecedValues(stored)) if (!(await changePieces(values))) unanswered.push(values);
    await answerFromValues(client, stored, unanswered);
    await recompute(client, dataset, stored, recomputedMeasures(live), changing);
    await removeEmptyGroups(client, stored);
  }
  await dropTouched(client);
  await dropDelta(client, kept);
}
