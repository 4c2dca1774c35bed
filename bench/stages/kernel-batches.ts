/** Reads a range of a CSV file through the kernel, without a ledger, queue or database. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { settleLayout } from '../../coordinator/detect/settle-layout.ts';
import type { Batch, Kernel } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { FileLayout } from '../../platform/layout.ts';

/** Enough for the header of any file of the bench. */
const headBytes = 64 * 1024;

/** How a file is read, as the coordinator settles it from the file's head. */
export function layoutOf(dataset: CompiledDataset, path: string): FileLayout {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(headBytes);
  const bytes = buffer.subarray(0, readSync(file, buffer));
  closeSync(file);
  const layout = settleLayout(dataset, { name: path, bytes, whole: bytes.length < headBytes });
  if (layout === null) throw new Error(`${path} has no header`);
  return layout;
}

/** Batches of records in [start, end), record-aligned; the header is skipped where the range begins at 0. */
export function* batchesOf(
  kernel: Kernel,
  dataset: CompiledDataset,
  path: string,
  range: { start: number; end: number } = { start: 0, end: statSync(path).size },
  layout: FileLayout = layoutOf(dataset, path),
): Generator<Batch, void, void> {
  const file = openSync(path, 'r');
  try {
    kernel.begin(
      { ...layout, dialect: layout, columns: dataset.columns },
      { byteStart: range.start, skipBytes: range.start === 0 ? layout.headerBytes : 0 },
    );
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
