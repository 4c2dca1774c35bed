import { expect, it } from 'vitest';
import type { Context } from '../../../coordinator/context.ts';
import { submitMissingScans } from '../../../coordinator/plan/scan-file.ts';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import type { ScanJob } from '../../../platform/queue/contract.ts';

/** The scans that are queued for a file of this layout. */
async function scansOf(layout: object, here: boolean): Promise<readonly ScanJob[]> {
  let queued: readonly ScanJob[] = [];
  const context = {
    chunkBytes: 1000,
    workersAreHere: () => here,
    ledger: { scans: async () => [] },
    queues: {
      submitScan: async (_: number, scans: readonly ScanJob[]) => {
        queued = scans;
      },
    },
  } as unknown as Context;
  const file = { fileId: 1, bytes: 5000, layout: { encoding: 'utf-8', headerBytes: 4, ...layout } };
  await submitMissingScans(context, file as unknown as LedgerFile);
  return queued;
}

it('says of a compressed file whether the workers that load it are on one machine', async () => {
  const scan = { fileId: 1, number: 0, byteStart: 0, byteEnd: 5000, pieceBytes: 1000 };
  expect(await scansOf({ compression: 'gzip' }, true)).toEqual([{ ...scan, oneMachine: true }]);
  expect(await scansOf({ compression: 'gzip' }, false)).toEqual([scan]);
});
