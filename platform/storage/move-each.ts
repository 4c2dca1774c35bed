/** Moves objects one by one. */

import { atATime } from './at-a-time.ts';
import type { Move, Storage } from './contract.ts';

const movesAtATime = 16;

/** See Storage.moveAllFrom. */
export async function moveEach(target: Storage, source: Storage, moves: readonly Move[]): Promise<boolean[]> {
  const moved: boolean[] = [];
  await atATime(movesAtATime, moves, async ({ sourceKey, key, fingerprint }, i) => {
    moved[i] = await target.moveFrom(source, sourceKey, key, fingerprint).then(
      () => true,
      () => false,
    );
  });
  return moved;
}
