/** Computes the enrichments of a batch. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { CompiledDataset, CompiledEnrichment } from '../compiled.ts';
import { jsonObjects } from '../file/extra.ts';
import type { Batch } from './batch.ts';
import { freshLanes, type Lanes } from './lanes.ts';
import { noRefusals, type Refusals } from './refusals.ts';

/**
 * Names the parsed vectors (in the order of dataset.columns) and computes the enrichments in order. `extra`: the
 * file's unknown columns, whose vectors come after those of the dataset. `lanes`: arrays for the values. `refusals`:
 * takes the rows that the function of an enrichment rejects. Throws LF_ENRICHMENT if a function of the definition
 * throws, or rejects a row where none should be left to reject.
 */
export function enrichBatch(
  dataset: CompiledDataset,
  vectors: readonly Vector[],
  rows: number,
  extra: readonly { readonly name: string; readonly whole?: boolean }[] = [],
  lanes: Lanes = freshLanes,
  refusals: (enrichment: string) => Refusals = () => noRefusals,
): Batch {
  const named = new Map<string, Vector>();
  for (let c = 0; c < dataset.columns.length; c++) named.set(dataset.columns[c].name, vectors[c]);
  for (const enrichment of dataset.enrichments) {
    named.set(enrichment.name, computed(dataset, enrichment, named, rows, lanes, refusals(enrichment.name)));
  }
  const { keep } = dataset.drift;
  if (keep !== null) {
    const kept = vectors.slice(dataset.columns.length);
    const names = extra.map(({ name }) => name);
    named.set(keep, extra[0]?.whole ? kept[0] : jsonObjects(names, kept, rows));
  }
  return { rows, vectors: named };
}

function computed(
  dataset: CompiledDataset,
  enrichment: CompiledEnrichment,
  named: ReadonlyMap<string, Vector>,
  rows: number,
  lanes: Lanes,
  refusals: Refusals,
): Vector {
  const inputs = enrichment.inputs.map((input) => named.get(input)!);
  try {
    return enrichment.run(inputs, rows, lanes, refusals);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const words = { dataset: dataset.name, enrichment: enrichment.name, reason };
    throw new LandfallError('LF_ENRICHMENT', words, { cause: error });
  }
}
