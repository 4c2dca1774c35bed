/** The coordinator as the command sees it. */

import type { Ledger } from '../ledger/ledger.ts';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { LandfallError } from '../platform/errors/errors.ts';
import type { Outage } from '../platform/errors/outage.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import type { Log } from '../platform/log/log.ts';
import type { Queues } from '../platform/queue/index.ts';
import type { UnknownFile } from '../sources/contract.ts';

export interface CoordinatorOptions {
  readonly config: Config;
  readonly database: Database;
  readonly registry: Registry;
  /** Queue scope: `pool`, or one of its own for a single ingest. */
  readonly scope: string;
  /** Watch the landing folder. */
  readonly watch: boolean;
  /** Whoever started it reports how each file ended: the log has failures at debug level only. Default: false. */
  readonly reportsFiles?: boolean;
  readonly log: Log;
  /** Told of all files that are left in the landing folder, whenever they change. */
  readonly onUnknown?: (files: readonly UnknownFile[]) => void;
  /** Told when the registry has other datasets, or other broken definitions. */
  readonly onDefinitions?: () => void;
  /** Told what a part of the coordinator (`source`) waits for to be gone; null when it goes on. */
  readonly onOutage?: (source: string, outage: Outage | null) => void;
}

export interface Coordinator {
  readonly ledger: Ledger;
  readonly queues: Queues;
  /**
   * Loads a file where it lies; it is not moved. Resolves with its id when it is noted in the ledger.
   * Without `dataset`: the one its folder is named after, or the only one that its header fits.
   * Throws LF_FILE_MISSING, LF_FILE_KIND, LF_DATASET_UNKNOWN, LF_DATASET_UNCLEAR.
   */
  submit(file: { path: string; dataset?: string }): Promise<number>;
  /**
   * Tries again what was not loaded: the waiting rejects of a file that is done, or a file as a whole that
   * failed or was undone; with `whole` a file that is done is undone and loaded again. Resolves with the id
   * of the file that does it, null where no reject waits.
   * Throws LF_FILE_UNKNOWN, LF_FILE_BUSY, LF_FILE_NOT_LOADED, LF_FILE_MISSING, LF_REJECTS_CUT.
   */
  replay(fileId: number, options?: { whole?: boolean }): Promise<number | null>;
  /** The receipt of a file when it has ended, is put away, and its dataset's marts hold it. */
  settled(fileId: number): Promise<Receipt>;
  /** Files that are left in the landing folder, each with what would help. */
  unknownFiles(): readonly UnknownFile[];
  /**
   * Resolves with LF_COORDINATOR_RUNNING when another coordinator has taken the scope over while the
   * database was out of reach. Then this one has ended.
   */
  readonly takenOver: Promise<LandfallError>;
  /** Finishes what is in flight and leaves the rest to the next start. */
  close(): Promise<void>;
}
