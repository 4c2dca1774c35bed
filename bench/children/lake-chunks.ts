/** A process that scans ranges and writes the parts of chunks on request, until its parent disconnects. */
import { closeSync, openSync, readSync } from 'node:fs';
import trips from '../../datasets/trips/dataset.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { Kernel, RangeScan } from '../../kernel/types.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { openLakeChunk } from '../../sinks/lake/lake-chunk.ts';
import { batchesOf } from '../stages/kernel-batches.ts';

/** `layout`: the file's, settled once, as workers have it from the ledger. */
export type LakeTask = { readonly path: string; readonly layout: FileLayout } & (
  | { readonly kind: 'scan'; readonly scan: ScanJob }
  | { readonly kind: 'chunk'; readonly lake: string; readonly chunk: PlannedChunk }
);

export interface LakeAnswer {
  /** Of the task. */
  readonly number: number;
  readonly scans?: readonly RangeScan[];
  readonly rows: number;
  readonly parts: number;
  readonly bytes: number;
}

const dataset = compileDataset(trips);
const kernels: Kernel[] = [];

/** Scans a range. Ranges are as long as pieces, so there is one result. */
async function scan(path: string, layout: FileLayout, job: ScanJob): Promise<readonly RangeScan[]> {
  const from = job.scanFrom ?? job.byteStart;
  const scanner = await createScanner(layout, from);
  const file = openSync(path, 'r');
  const buffer = new Uint8Array(1 << 20);
  for (let at = from; at < job.byteEnd; ) {
    const count = readSync(file, buffer, 0, Math.min(buffer.length, job.byteEnd - at), at);
    if (count === 0) throw new Error(`${path} ended before byte ${job.byteEnd}`);
    scanner.update(buffer.subarray(0, count));
    at += count;
  }
  closeSync(file);
  return [scanner.finish()];
}

async function load({
  path,
  layout,
  lake: root,
  chunk,
}: Extract<LakeTask, { kind: 'chunk' }>): Promise<Omit<LakeAnswer, 'number'>> {
  const kernel = kernels.pop() ?? (await createKernel());
  const address = { dataset, fileId: 1, chunkNumber: chunk.number, fencingToken: 1 };
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
    task.kind === 'scan'
      ? { scans: await scan(task.path, task.layout, task.scan), rows: 0, parts: 0, bytes: 0 }
      : await load(task);
  process.send!({ number: task.number, ...done });
});
process.on('disconnect', () => process.exit(0));
