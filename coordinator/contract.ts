/** The interface of the coordinator for the `landfall` command. */

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
import type { FileActions } from './commands/file-actions.ts';
import type { Served, Standby } from './lifecycle/leadership.ts';
import type { Webhooks } from './webhooks/tell-endpoints.ts';

export type { Standby } from './lifecycle/leadership.ts';

export interface CoordinatorOptions {
  readonly config: Config;
  readonly database: Database;
  readonly registry: Registry;
  /** Queue scope: `pool`, or the scope of a single command. */
  readonly scope: string;
  /** Whether to watch the landing folder. */
  readonly watch: boolean;
  /** Plans no run by itself until startSchedules() is called. Default: false. */
  readonly holdsSchedules?: boolean;
  /** Waits for a coordinator that leads the scope. Default: LF_COORDINATOR_RUNNING. */
  readonly standby?: Standby;
  /** Whoever started it reports how each file ended: the log has failures at debug level only. Default: false. */
  readonly reportsFiles?: boolean;
  /** The same of runs of sources. */
  readonly reportsRuns?: boolean;
  /** Whoever started it shows the broken definitions: the log need not. Default: false. */
  readonly showsDefinitions?: boolean;
  readonly log: Log;
  /** Whether all workers are known to be on this machine. Default: false. */
  readonly workersAreHere?: () => boolean;
  /** Called when a file has ended, and all that ends with it. */
  readonly onEnded?: (file: { readonly fileId: number }) => void;
  /** Called with all files that are left in the landing folder, whenever they change. */
  readonly onUnknown?: (files: readonly UnknownFile[]) => void;
  /** Called when the datasets or the broken definitions of the registry have changed. */
  readonly onDefinitions?: () => void;
  /** Called as a page of a source is read, with its bytes so far; with 0 when it is noted or given up. */
  readonly onFetched?: (run: { readonly runId: number }, bytes: number) => void;
  /** Called when the queue of a source's notifications can or cannot be read any more. */
  readonly onQueueFault?: () => void;
  /** Called with the outage that a part of the coordinator (`source`) is waiting for; with null when it resumes. */
  readonly onOutage?: (source: string, outage: Outage | null) => void;
}

export interface Coordinator {
  readonly ledger: Ledger;
  readonly queues: Queues;
  /** The term in which this coordinator leads now; null while it does not. */
  readonly term: number | null;
  /** Tells coordinators that stand by where this one serves its page. An outage delays it. */
  announce(served: Served): Promise<void>;
  /**
   * Loads a file from where it is, without moving it. Resolves with its id when it is in the ledger.
   * The default of `dataset` is the one that the file's folder is named after, or the only one that its header fits.
   * Throws LF_FILE_MISSING, LF_FILE_KIND, LF_DATASET_UNKNOWN, LF_DATASET_UNCLEAR, LF_DATASET_BROKEN.
   */
  submit(file: { path: string; dataset?: string }): Promise<number>;
  /** Tells endpoints what happens. */
  readonly webhooks: Pick<Webhooks, 'noteLate' | 'wake'>;
  /** What people may ask it to do with files. */
  readonly actions: FileActions;
  /** Resolves with the receipt of a file when it has ended, is put away, and is in the marts of its dataset. */
  settled(fileId: number): Promise<Receipt>;
  /** From now on, runs are planned by the schedules of sources, and as their buckets tell of objects. */
  startSchedules(): void;
  /** The files that are left in the landing folder, each with a hint. */
  unknownFiles(): readonly UnknownFile[];
  /**
   * Resolves with LF_COORDINATOR_RUNNING if another coordinator took over the scope while the database was
   * unreachable. This coordinator then closes, and changes nothing any more.
   */
  readonly takenOver: Promise<LandfallError>;
  /** Finishes what is in flight and leaves the rest to the next start. */
  close(): Promise<void>;
}
