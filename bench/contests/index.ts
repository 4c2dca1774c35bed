/** All contests, in the order of the table of goals. */

import type { Contest } from '../rounds/contest.ts';
import { pipeline } from './a-pipeline.ts';
import { ceiling } from './b-ceiling.ts';
import { lake } from './c-lake.ts';
import { kernel } from './d-kernel.ts';
import { scale } from './e-scale.ts';
import { memory } from './f-memory.ts';
import { coordinator } from './g-coordinator.ts';
import { citibike } from './h-citibike.ts';
import { dimension } from './i-dimension.ts';
import { manyFiles } from './j-many-files.ts';
import { latency } from './k-latency.ts';
import { upsert } from './l-upsert.ts';
import { smallAfterLarge } from './m-small-after-large.ts';
import { answers } from './n-answers.ts';
import { packedAndRows } from './p-packed.ts';
import { reads } from './r-reads.ts';
import { bucket } from './s-bucket.ts';
import { undo } from './u-undo.ts';
import { gzip } from './z-gzip.ts';

export const contests: readonly Contest[] = [
  pipeline,
  ceiling,
  lake,
  kernel,
  scale,
  memory,
  coordinator,
  citibike,
  dimension,
  manyFiles,
  latency,
  upsert,
  smallAfterLarge,
  answers,
  packedAndRows,
  reads,
  bucket,
  undo,
  gzip,
];

/** The contests that `npm run bench` runs by default. */
export const defaultLetters = ['a', 'b', 'c', 'd', 'f', 'g'] as const;

/** Groups contests that share a side: they alternate together. */
const together: ReadonlySet<string> = new Set(['a', 'b', 'e', 'f', 'g']);

export function groupsOf(chosen: readonly Contest[]): readonly (readonly Contest[])[] {
  const first = chosen.filter(({ letter }) => together.has(letter));
  const others = chosen.filter(({ letter }) => !together.has(letter));
  return [first, ...others.map((contest) => [contest])].filter((group) => group.length > 0);
}
