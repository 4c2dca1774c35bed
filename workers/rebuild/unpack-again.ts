/** Writes chunks of a compressed file to the spool again, as they are in the ledger. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { LoadedChunk } from '../../ledger/tables/chunks.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import { bootOf } from '../../platform/storage/spool.ts';
import { unpack } from '../../platform/storage/unpack/index.ts';
import { plannedFile } from '../pipeline/planned-file.ts';
import { SpoolWriter } from '../scan/spool-writer.ts';

/**
 * Unpacks the file once. Only this process reads the chunks. `spoolId`: the file under whose number they are looked for.
 * Throws LF_FILE_CHANGED, and what unpacking throws.
 */
export async function unpackAgain(
  file: LedgerFile,
  spoolId: number,
  chunks: readonly LoadedChunk[],
  { lake, signal }: { readonly lake: Storage; readonly signal: AbortSignal },
): Promise<void> {
  const ranges = chunks
    .map(({ chunk: { number }, unpacked }) => ({ number, start: unpacked!.start, end: unpacked!.end }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start);
  const packed = await plannedFile(file);
  const spool = new SpoolWriter({ lake, fileId: spoolId, boot: bootOf(lake) });
  let at = 0;
  let next = 0;
  try {
    for await (const { bytes } of unpack(packed, file.layout!.compression!)) {
      signal.throwIfAborted();
      const until = at + bytes.length;
      for (; next < ranges.length && ranges[next].start < until; next++) {
        const { start, end } = ranges[next];
        await spool.write(
          ranges[next],
          bytes.subarray(Math.max(0, start - at), Math.min(bytes.length, end - at)),
        );
        if (end > until) break;
        await spool.end();
      }
      at = until;
      if (next === ranges.length) break;
    }
    await spool.written();
  } finally {
    await spool.close();
  }
  if (next < ranges.length) throw fileChanged(file.name);
}
