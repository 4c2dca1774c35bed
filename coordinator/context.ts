/** What the coordinator's steps share. */
import type pg from 'pg';
import type { Ledger, LedgerFile } from '../ledger/ledger.ts';
import type { Registry } from '../model/registry.ts';
import type { Log } from '../platform/log/log.ts';
import type { FileLink } from '../platform/progress/progress.ts';
import type { Queues } from '../platform/queue/index.ts';
import type { Storage } from '../platform/storage/contract.ts';
import type { Sink } from '../sinks/contract.ts';

/** The file that another file comes from, as shown in receipts. */
export async function linkOf(ledger: Ledger, file: LedgerFile): Promise<FileLink | undefined> {
  if (file.link === null || file.linkedTo === null) return undefined;
  const other = await ledger.file(file.linkedTo);
  return other === null ? undefined : { kind: file.link, fileId: other.fileId, name: other.name };
}

/** Told where a sink has no row of a file any more because a person has dropped what they were in. */
export type OnGone = (file: Pick<LedgerFile, 'name' | 'dataset'>, what: string) => void;

/** Says in the log what a person has dropped. The file ends as if its rows had been taken out. */
export function warnGone({ log }: Pick<Context, 'log'>): OnGone {
  return ({ name, dataset }, what) =>
    log.warn(
      { file: name, dataset },
      `${what} does not exist any more, and the rows of the file in it are gone`,
    );
}

export interface Context {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly registry: Registry;
  /** The queue scope to which the files belong. */
  readonly scope: string;
  readonly chunkBytes: number;
  /** Whether all workers are known to be on this machine. */
  readonly workersAreHere: () => boolean;
  readonly lake: Storage;
  readonly sinks: readonly Sink[];
  /** Opened on first use: a single ingest moves no file. */
  readonly archive: () => Promise<Storage>;
  readonly failed: () => Promise<Storage>;
  readonly log: Log;
}
