// Written by `npm run statements` from the headers of ddl/statements/archive.
import type { FileRow } from '../row-types.ts';

export interface ArchiveStatements {
  'archive/being-pruned': { parameters: []; row: Readonly<{ file_id: number; url: string }> };
  'archive/datasets-of-files': { parameters: []; row: Readonly<{ dataset: string }> };
  'archive/end-pruning': { parameters: [file_id: readonly number[]]; row: never };
  'archive/ended-before': { parameters: [file_id: readonly number[], before: Date];
      row: Readonly<{ file_id: number }> };
  'archive/files-not-put-away': { parameters: [scope: string, landing: string | null | undefined,
      failed: string | null | undefined]; row: FileRow };
  'archive/moved-file': { parameters: [old_url: string, url: string, fingerprint: string]; row: never };
  'archive/moved-files': { parameters: [old_url: readonly string[], url: readonly string[],
      fingerprint: readonly string[]]; row: never };
  'archive/note-move': { parameters: [file_id: number, url: string | null | undefined]; row: never };
  'archive/note-moves': { parameters: [file_id: readonly number[], url: readonly string[]]; row: never };
  'archive/note-pruned': { parameters: [file_id: readonly number[], before: Date, lock: number];
      row: Readonly<{ file_id: number; url: string }> };
  'archive/objects-to-prune': { parameters: [dataset: string, before: Date, place: string, file_id: number];
      row: Readonly<{ file_id: number; url: string; bytes: number; kept: string | null }> };
  'archive/prune-detail': { parameters: [dataset: string, before: Date, files: number, dry: boolean];
      row: Readonly<{ files: number; chunks: number; rejects: number }> };
}
