/**
 * What is known of a file at each stage. A step takes the record of one stage and returns that of the next, with
 * what it found out added, so no step has to ask again.
 *
 *   Discovered ─▶ Identified ─▶ Planned ─▶ (workers) ─▶ Loaded ─▶ Accounted ─▶ Ended
 *
 * Between Planned and Loaded the file exists only in the ledger, because another process may finalise it.
 */
import type { StoredDefinition } from '../ledger/definition.ts';
import type { FilePlan, LedgerChunk, LedgerFile } from '../ledger/ledger.ts';
import type { PlannedChunk } from '../ledger/requests.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { LandfallError } from '../platform/errors/errors.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import type { FileLayout } from '../platform/layout.ts';

/** The file is in the ledger. */
export interface Discovered {
  readonly file: LedgerFile;
  /** The definition to load it with. */
  readonly definition: CompiledDataset;
}

/** Its content and its layout are known. */
export interface Identified extends Discovered {
  readonly layout: FileLayout;
  readonly contentHash: string;
  readonly chunks: readonly PlannedChunk[];
}

/** No other file has its content, and the file that it comes from, if any, is known. */
export interface Planned extends Identified {
  readonly link?: FilePlan['link'];
  readonly takes?: FilePlan['takes'];
}

/** Its chunks are loaded. */
export interface Loaded {
  readonly file: LedgerFile;
  /** The definition that it was planned with. */
  readonly definition: StoredDefinition;
  readonly chunks: readonly LedgerChunk[];
}

/** The counts of its chunks, the ledger, the lake and the star have been compared. */
export interface Accounted extends Loaded {
  /** The receipt for when the file is done. Only the data checks are missing. */
  readonly receipt: Receipt;
  /** Why the file fails instead; null if it does not. */
  readonly fault: LandfallError | null;
}

/** What happened to the landed object. `changed`: another file now has its name, and stays; `gone`: it is missing. */
export type Moved = 'moved' | 'stays' | 'changed' | 'gone';

/** It is finished in the ledger and has been put away. */
export interface Ended {
  readonly file: LedgerFile;
  readonly state: 'done' | 'failed' | 'duplicate';
  readonly moved: Moved;
}
