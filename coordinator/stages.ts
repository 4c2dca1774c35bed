/**
 * What is known of a file, stage by stage. A step takes the record of one stage and returns the next, which
 * adds what the step found out; so what is known travels with the file, and no step asks for it again.
 *
 *   Discovered ─▶ Identified ─▶ Planned ─▶ (workers) ─▶ Loaded ─▶ Accounted ─▶ Ended
 *
 * Between Planned and Loaded the file is in the ledger alone: another process may finalise it.
 */
import type { StoredDefinition } from '../ledger/definition.ts';
import type { FilePlan, LedgerChunk, LedgerFile } from '../ledger/ledger.ts';
import type { PlannedChunk } from '../ledger/requests.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { LandfallError } from '../platform/errors/errors.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import type { FileLayout } from '../platform/layout.ts';

/** The ledger has it. */
export interface Discovered {
  readonly file: LedgerFile;
  /** What it is to be loaded with. */
  readonly definition: CompiledDataset;
}

/** Its content is known, and how it is read. */
export interface Identified extends Discovered {
  readonly layout: FileLayout;
  readonly contentHash: string;
  readonly chunks: readonly PlannedChunk[];
}

/** No other file has its content; it is known which file it comes from, if any. */
export interface Planned extends Identified {
  readonly link?: FilePlan['link'];
  readonly takes?: FilePlan['takes'];
}

/** Its chunks are loaded. */
export interface Loaded {
  readonly file: LedgerFile;
  /** What it was planned with. */
  readonly definition: StoredDefinition;
  readonly chunks: readonly LedgerChunk[];
}

/** What chunks, ledger, lake and star say of it was compared. */
export interface Accounted extends Loaded {
  /** As it will be when the file is done; only the data checks are still missing. */
  readonly receipt: Receipt;
  /** Why the file fails instead; null when there is no reason to. */
  readonly fault: LandfallError | null;
}

/** What became of the landed object. `changed`: another file has its name by now, and stays; `gone`: it is not there. */
export type Moved = 'moved' | 'stays' | 'changed' | 'gone';

/** It is finished in the ledger and put away. */
export interface Ended {
  readonly file: LedgerFile;
  readonly state: 'done' | 'failed' | 'duplicate';
  readonly moved: Moved;
}
