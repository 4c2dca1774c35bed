/** What the coordinator's steps are lent. */
import type pg from 'pg';
import type { Ledger, LedgerFile } from '../ledger/ledger.ts';
import type { Registry } from '../model/registry.ts';
import type { Log } from '../platform/log/log.ts';
import type { FileLink } from '../platform/progress/progress.ts';
import type { Queues } from '../platform/queue/index.ts';
import type { Storage } from '../platform/storage/contract.ts';
import type { Sink } from '../sinks/contract.ts';

/** The file that another comes from, as receipts tell it. */
export async function linkOf(ledger: Ledger, file: LedgerFile): Promise<FileLink | undefined> {
  if (file.link === null || file.linkedTo === null) return undefined;
  const other = await ledger.file(file.linkedTo);
  return other === null ? undefined : { kind: file.link, fileId: other.fileId, name: other.name };
}

export interface Context {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly registry: Registry;
  /** Queue scope whose files these are. */
  readonly scope: string;
  readonly chunkBytes: number;
  readonly lake: Storage;
  readonly sinks: readonly Sink[];
  /** Opened when first needed: a single ingest moves nothing. */
  readonly archive: () => Promise<Storage>;
  readonly failed: () => Promise<Storage>;
  readonly log: Log;
}
