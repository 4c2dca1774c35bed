/** A file as `/api/files/ID` says it. */
import type { Receipt } from '../../../platform/file-receipt.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';

export interface FileDetail extends FileProgress {
  /** Where its bytes are. */
  readonly url: string;
  readonly origin: 'landing' | 'ingest' | 'replay';
  readonly contentHash: string | null;
  readonly duplicateOf: number | null;
  readonly definitionVersion: string | null;
  readonly layout: FileLayout | null;
  readonly receipt: Receipt | null;
  readonly rejectsByCode: Readonly<Record<string, number>>;
}
