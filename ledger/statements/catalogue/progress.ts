// Written by `npm run statements` from the headers of ddl/statements/progress.
import type { FileRow } from '../row-types.ts';

export interface ProgressStatements {
  'progress/arrivals': { parameters: [dataset: string, since: Date, most: number];
      row: Readonly<{ file_id: number; name: string; state: FileRow['state']; link: FileRow['link'];
      landed_at: Date; rows: number }> };
  'progress/file-page': { parameters: [dataset: string | null | undefined,
      states: readonly NonNullable<FileRow['state']>[] | null | undefined, named: string | null | undefined,
      landed_from: Date | null | undefined, landed_to: Date | null | undefined, with_rejects: boolean,
      sort: string, descending: boolean, after_key: string | null | undefined,
      after_file: number | null | undefined, most: number]; row: Readonly<{ file_id: number;
      sort_key: string }> };
  'progress/file-progress': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      dataset: string; name: string; state: FileRow['state']; bytes: number; chunks: number; landed_at: Date;
      started_at: Date | null; finished_at: Date | null; error: FileRow['error']; link: FileRow['link'];
      linked_to: number | null; linked_name: string | null; drift: unknown | null; references: unknown | null;
      findings: unknown | null; keyed: boolean; chunks_committed: number; bytes_committed: number;
      parts: number; rows_parsed: number; rows_loaded: number; rows_rejected: number;
      rows_deduplicated: number }> };
  'progress/load-spans': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      load_ms: number; end_ms: number }> };
  'progress/loads-per-day': { parameters: [dataset: string, since: Date]; row: Readonly<{ day: string;
      files: number; failed: number; rows: number; rejected: number; bytes: number }> };
  'progress/recent-files': { parameters: [finished: number]; row: Readonly<{ file_id: number }> };
  'progress/totals': { parameters: [file_id: readonly number[]]; row: Readonly<{ files: number;
      files_done: number; files_failed: number; bytes: number; bytes_committed: number; rows_parsed: number;
      rows_loaded: number; rows_rejected: number; rows_deduplicated: number }> };
}
