// Written by `npm run statements` from the headers of ddl/statements/undo.
import type { Json } from '../../json.ts';
import type { FileRow } from '../row-types.ts';

export interface UndoStatements {
  'undo/lock-family': { parameters: [file_id: number]; row: FileRow };
  'undo/swept-file': { parameters: [file_id: number]; row: never };
  'undo/undo-files': { parameters: [file_id: readonly number[], undone: Json]; row: never };
  'undo/undone-counts': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      rows: number; parts: number; bytes: number; rejects: number; returned: number }> };
  'undo/unswept-files': { parameters: []; row: FileRow };
}
