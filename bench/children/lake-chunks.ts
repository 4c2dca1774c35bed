/** A process that surveys ranges and makes the parts of chunks, as it is told, until its parent lets go. */
import { closeSync, openSync, readSync } from 'node:fs';
import trips from '../../datasets/trips/dataset.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { createSurveyor } from '../../kernel/scan.ts';
import type { Kernel, RangeSurvey } from '../../kernel/types.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import { openStorage } from '../../platform/storage/index.ts';
import type { FileLayout, SurveyJob } from '../../platform/types.ts';
import { openLakeChunk } from '../../sinks/lake/lake-chunk.ts';
import { batchesOf } from '../lib/batches.ts';

/** `layout` is the file's, settled once, as the ledger has it for workers. */
export type LakeTask = { readonly path: string; readonly layout: FileLayout } & (
  | { readonly kind: 'survey'; readonly survey: SurveyJob }
  | { readonly kind: 'chunk'; readonly lake: string; readonly chunk: PlannedChunk }
);

export interface LakeAnswer {
  /** Of the task. */
  readonly number: number;
  readonly surveys?: readonly RangeSurvey[];
  readonly rows: number;
  readonly parts: number;
  readonly bytes: number;
}

const dataset = compileDataset(trips);
const kernels: Kernel[] = [];

/** The survey of a range; ranges are as long as pieces, so there is one. */
async function survey(path: string, layout: FileLayout, job: SurveyJob): Promise<readonly RangeSurvey[]> {
  const from = job.surveyFrom ?? job.byteStart;
  const surveyor = await createSurveyor(layout, from);
  const file = openSync(path, 'r');
  const buffer = new Uint8Array(1 << 20);
  for (let at = from; at < job.byteEnd; ) {
    const count = readSync(file, buffer, 0, Math.min(buffer.length, job.byteEnd - at), at);
    if (count === 0) throw new Error(`${path} ended before byte ${job.byteEnd}`);
    surveyor.update(buffer.subarray(0, count));
    at += count;
  }
  closeSync(file);
  return [surveyor.finish()];
}

async function load({
  path,
  layout,
  lake: root,
  chunk,
}: Extract<LakeTask, { kind: 'chunk' }>): Promise<Omit<LakeAnswer, 'number'>> {
  const kernel = kernels.pop() ?? (await createKernel());
  const address = { dataset, fileId: 1, chunkNumber: chunk.number, claim: 1 };
  const lake = openLakeChunk({ ...address, lake: await openStorage(root) });
  let rows = 0;
  const range = { start: chunk.byteStart, end: chunk.byteEnd };
  for (const parsed of batchesOf(kernel, dataset, path, range, layout)) {
    const batch = enrichBatch(dataset, parsed.vectors, parsed.rows);
    await lake.write(batch);
    rows += batch.rows;
  }
  const parts = await lake.finish();
  await lake.publish();
  kernels.push(kernel);
  return { rows, parts: parts.length, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) };
}

process.on('message', async (task: LakeTask & { number: number }) => {
  const done =
    task.kind === 'survey'
      ? { surveys: await survey(task.path, task.layout, task.survey), rows: 0, parts: 0, bytes: 0 }
      : await load(task);
  process.send!({ number: task.number, ...done });
});
process.on('disconnect', () => process.exit(0));
