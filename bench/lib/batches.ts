/** A range of a CSV file through the kernel, without ledger, queue or database. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readHead } from '../../kernel/header.ts';
import type { Batch, Kernel, KernelPlan } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { matchHeader } from '../../model/header.ts';

/** How a file with a header is read; the head of the file decides. */
export function planOf(dataset: CompiledDataset, path: string): { plan: KernelPlan; headerBytes: number } {
  const { delimiter, quote, trim } = dataset.dialect;
  const dialect = { delimiter: delimiter === 'auto' ? ',' : delimiter, quote, trim };
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(64 * 1024);
  const head = readHead(bytes.subarray(0, readSync(file, bytes)), dialect);
  closeSync(file);
  if (head === null) throw new Error(`${path} has no header`);
  const fieldCount = head.fields.length;
  const fieldOfColumn = matchHeader(dataset, head.fields, fieldCount);
  return {
    plan: { dialect, columns: dataset.columns, fieldOfColumn, fieldCount },
    headerBytes: head.bytes,
  };
}

/** Batches of records in [start, end), record-aligned; the header is skipped where the range begins at 0. */
export function* batchesOf(
  kernel: Kernel,
  dataset: CompiledDataset,
  path: string,
  range: { start: number; end: number } = { start: 0, end: statSync(path).size },
): Generator<Batch, void, void> {
  const { plan, headerBytes } = planOf(dataset, path);
  const file = openSync(path, 'r');
  try {
    kernel.begin(plan, { byteStart: range.start, skipBytes: range.start === 0 ? headerBytes : 0 });
    let at = range.start;
    for (;;) {
      const batch = kernel.next();
      if (batch !== null) {
        yield batch;
        continue;
      }
      if (at === range.end) return;
      const space = kernel.inputSpace();
      const count = readSync(file, space, 0, Math.min(space.length, 1 << 20, range.end - at), at);
      if (count === 0) throw new Error(`${path} ended before byte ${range.end}`);
      at += count;
      kernel.filled(count, at === range.end);
    }
  } finally {
    closeSync(file);
  }
}
