/** What the parent of a lake run uses from the coordinator. It is loaded while the child processes load their code. */
import trips from '../../datasets/trips/dataset.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { layoutOf } from '../stages/kernel-batches.ts';

export { planChunks, scanRanges } from '../../coordinator/plan/plan-chunks.ts';

/** How a trips file is read. */
export function tripsLayout(path: string): FileLayout {
  return layoutOf(compileDataset(trips), path);
}
