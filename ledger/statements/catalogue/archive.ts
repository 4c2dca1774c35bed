// Written by `npm run statements` from the headers of ddl/statements/archive.
import type { FileRow } from '../row-types.ts';

export interface ArchiveStatements {
  'archive/files-not-put-away': { parameters: [scope: string, landing: string | null | undefined,
      failed: string | null | undefined]; row: FileRow };
  'archive/moved-file': { parameters: [old_url: string, url: string, fingerprint: string]; row: never };
  'archive/moved-files': { parameters: [old_url: readonly string[], url: readonly string[],
      fingerprint: readonly string[]]; row: never };
  'archive/note-move': { parameters: [file_id: number, url: string | null | undefined]; row: never };
  'archive/note-moves': { parameters: [file_id: readonly number[], url: readonly string[]]; row: never };
}
