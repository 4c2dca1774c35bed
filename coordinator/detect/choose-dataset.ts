/** Which dataset a file belongs to that is ingested in place. */
import type { CompiledDataset } from '../../model/compiled.ts';
import { datasetNamed, type Registry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Head } from './head.ts';
import { fitsJson } from './settle-json.ts';
import { settleLayout } from './settle-layout.ts';

/**
 * The one that was named; else the one that the file's folder is named after; else the only one whose header
 * fits. `head`: the file's first bytes, read only when they are needed.
 * Throws LF_DATASET_UNKNOWN, LF_DATASET_UNCLEAR.
 */
export async function chooseDataset(
  registry: Registry,
  file: { path: string; folder: string; named?: string; head: () => Promise<Head> },
): Promise<CompiledDataset> {
  if (file.named !== undefined) return datasetNamed(registry, file.named);
  const byFolder = registry.get(file.folder);
  if (byFolder !== undefined) return byFolder;
  const head = await file.head();
  const fitting = registry.all().filter((dataset) => fits(dataset, head));
  if (fitting.length === 1) return fitting[0];
  const names = fitting.map((dataset) => dataset.name).join(' and ');
  const reason = fitting.length === 0 ? 'its header fits none' : `its header fits ${names}`;
  throw new LandfallError('LF_DATASET_UNCLEAR', { file: file.path, reason });
}

/** Only names can tell: a file of CSV without a header fits too many datasets. A child has no files of its own. */
function fits(dataset: CompiledDataset, head: Head): boolean {
  if (dataset.dialect.header === false || dataset.format?.parent !== undefined) return false;
  try {
    if (dataset.format !== undefined) return fitsJson(dataset, head);
    const layout = settleLayout(dataset, head);
    return layout !== null && layout.header.length > 0;
  } catch {
    return false;
  }
}
