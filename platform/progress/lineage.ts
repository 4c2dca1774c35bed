/** Where the rows of a file went, as `/api/files/ID/lineage` says it. */
import type { FileLink, FileState, RowCounts } from './progress.ts';

export interface LineagePage {
  readonly fileId: number;
  /** The file that this one comes from. */
  readonly from: LineageFile | null;
  /** The files that come from it. */
  readonly into: readonly LineageFile[];
  /** Files that take their rows from the same records: they end with it. */
  readonly related: readonly LineageFile[];
  /** In the order of their numbers. */
  readonly chunks: readonly LineageChunk[];
  /** The number of the chunk after which the next page begins; null on the last page. */
  readonly next: number | null;
}

export interface LineageFile {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  readonly state: FileState;
  readonly link: FileLink['kind'] | null;
}

export interface LineageChunk {
  readonly number: number;
  readonly state: 'planned' | 'committed' | 'failed' | 'undone';
  /** In the file; `byteEnd` is exclusive. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** 1-based. */
  readonly lineStart: number;
  readonly rows: RowCounts;
  /** What each sink counted while it wrote the chunk; empty before it is committed. */
  readonly sinks: Readonly<Record<string, { readonly rows: number; readonly bytes: number }>>;
  /** Objects of the lake that are in the manifest. */
  readonly parts: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** Null where its rows are not events of keys. */
  readonly events: { readonly current: number; readonly superseded: number } | null;
}
