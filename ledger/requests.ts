/** What is passed to the ledger. */

import type { Receipt } from '../platform/file-receipt.ts';
import type { FileLayout } from '../platform/layout.ts';
import type { FileLink } from '../platform/progress/progress.ts';
import type { StreamChunk } from '../platform/stream-scan.ts';
import type { ErrorDescription, LedgerFileState } from './rows.ts';
import type { FileRow } from './statements/row-types.ts';
import type { StoredEnd } from './statements/stored-files.ts';

type Identity = 'dataset' | 'name' | 'url' | 'scope' | 'origin' | 'bytes' | 'fingerprint';

export interface NewFile extends Pick<FileRow, Identity> {
  /** The file that it comes from, where that is known from the start. */
  readonly link?: { readonly kind: FileLink['kind']; readonly fileId: number };
}

/** A member that is undefined matches every file. */
export interface FileFilter {
  readonly dataset?: string;
  readonly scope?: string;
  readonly name?: string;
  readonly url?: string;
  readonly states?: readonly LedgerFileState[];
  /** At most so many, the newest; default 10,000. */
  readonly limit?: number;
}

export interface FilePlan {
  readonly contentHash: string;
  readonly definitionVersion: string;
  readonly layout: FileLayout;
  readonly chunks: readonly PlannedChunk[];
  /** The file that it turns out to come from. */
  readonly link?: { readonly kind: FileLink['kind']; readonly fileId: number };
  /** Rejects of the linked file that it takes over, by their byte offsets there. */
  readonly takes?: readonly number[];
  /** What the file is for datasets that take their rows from it. */
  readonly children?: readonly ChildPlan[];
}

/** The plan of a child of a file; its chunks are those of the file. */
export interface ChildPlan extends Pick<FilePlan, 'contentHash' | 'definitionVersion' | 'layout' | 'link'> {
  readonly dataset: string;
}

export interface PlannedChunk extends StreamChunk {
  readonly number: number;
}

export interface FileChange {
  readonly url?: string;
  readonly error?: ErrorDescription;
  readonly receipt?: Receipt;
  readonly duplicateOf?: number;
  readonly contentHash?: string;
  readonly definitionVersion?: string;
  readonly layout?: FileLayout;
  /** Of a file that becomes done: how its receipt is stored, instead of `receipt`. */
  readonly end?: StoredEnd;
}
