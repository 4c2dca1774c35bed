/** Scans: what workers found in the ranges of a file before it is planned. */
import type { RangeScan } from '../../kernel/types.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import type { StreamScan } from '../../platform/stream-scan.ts';
import { toJson } from '../json.ts';
import { type LedgerScan, toScan } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';

/** Moves a discovered file on to scanning. Does nothing if it is past that. */
export async function startScan(
  client: Client,
  fileId: number,
  definitionVersion: string,
  layout: FileLayout,
): Promise<void> {
  await run(client, 'scans/start-scan', [fileId, definitionVersion, toJson(layout)]);
}

/** Keeps what a worker found in the pieces of one range, or in a whole stream; a repeat replaces it. */
export async function saveScan(
  client: Client,
  job: ScanJob,
  blockHashes: Buffer,
  result: readonly RangeScan[] | StreamScan,
): Promise<void> {
  const { fileId, number, byteStart, byteEnd } = job;
  await run(client, 'scans/save-scan', [fileId, number, byteStart, byteEnd, blockHashes, toJson(result)]);
}

/** Scans of a file by number. */
export async function scansOf(client: Client, fileId: number): Promise<LedgerScan[]> {
  return (await run(client, 'scans/scans', [fileId])).map(toScan);
}
