// Written by `npm run statements` from the headers of ddl/statements/progress.
import type { FileRow } from '../row-types.ts';

export interface ProgressStatements {
  'progress/file-progress': {
    parameters: [file_id: readonly number[]];
    row: {
      readonly file_id: number;
      readonly dataset: string;
      readonly name: string;
      readonly state: FileRow['state'];
      readonly bytes: number;
      readonly chunks: number;
      readonly landed_at: Date;
      readonly started_at: Date | null;
      readonly finished_at: Date | null;
      readonly error: FileRow['error'];
      readonly link: FileRow['link'];
      readonly linked_to: number | null;
      readonly linked_name: string | null;
      readonly drift: unknown | null;
      readonly chunks_committed: number;
      readonly bytes_committed: number;
      readonly parts: number;
      readonly rows_parsed: number;
      readonly rows_loaded: number;
      readonly rows_rejected: number;
      readonly rows_deduplicated: number;
    };
  };
  'progress/recent-files': {
    parameters: [finished: number];
    row: {
      readonly file_id: number;
    };
  };
  'progress/totals': {
    parameters: [file_id: readonly number[]];
    row: {
      readonly files: number;
      readonly files_done: number;
      readonly files_failed: number;
      readonly bytes: number;
      readonly bytes_committed: number;
      readonly rows_parsed: number;
      readonly rows_loaded: number;
      readonly rows_rejected: number;
      readonly rows_deduplicated: number;
    };
  };
}
