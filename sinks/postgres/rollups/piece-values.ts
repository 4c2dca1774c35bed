/**
 * Which values are kept by chunk: of each group that a chunk has, its values as an array, or only the least and the
 * greatest where measures need no others. Those of a file's chunks become one, with the number of one of its chunks. A
 * file's end adds rows and changes none; an undo removes the rows of its chunks. That is exact, and costs a tenth of
 * counting each value.
 */
import type { CompiledRollup, RollupValues, ValuesPick } from '../../../model/compiled-rollup.ts';

const extremes: readonly ValuesPick['kind'][] = ['min', 'max', 'first', 'last'];

function picksOf({ measures }: CompiledRollup, { id }: RollupValues): ValuesPick['kind'][] {
  return measures.flatMap(({ answer }) =>
    answer?.kind === 'values' && answer.values === id ? [answer.pick.kind] : [],
  );
}

/** None in a keyed dataset: its chunks do not tell what the facts show. */
export function piecedValues({
  rollup,
  keyed,
}: {
  readonly rollup: CompiledRollup;
  readonly keyed: boolean;
}): RollupValues[] {
  if (keyed) return [];
  return rollup.values.filter((values) =>
    picksOf(rollup, values).every((kind) => kind === 'percentile' || extremes.includes(kind)),
  );
}

/** Whether only the least and the greatest value of each group matter. */
export function isExtreme(rollup: CompiledRollup, values: RollupValues): boolean {
  return picksOf(rollup, values).every((kind) => extremes.includes(kind));
}

/** Whether all answers that are kept are the least or the greatest value: values that are added can only widen them. */
export function isWidened(rollup: CompiledRollup, values: RollupValues): boolean {
  return picksOf(rollup, values).every((kind) => ['min', 'max', 'percentile'].includes(kind));
}
