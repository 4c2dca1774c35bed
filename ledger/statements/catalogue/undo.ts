// Written by `npm run statements` from the headers of ddl/statements/undo.
import type { Json } from '../../json.ts';
import type { FileRow } from '../tables.ts';

export interface UndoStatements {
  'undo/lock-family': {
    parameters: [file_id: number];
    row: FileRow;
  };
  'undo/lock-names': {
    parameters: [lock_class: number, name: readonly string[]];
    row: {
      readonly pg_advisory_xact_lock: unknown;
    };
  };
  'undo/replays-of': {
    parameters: [file_id: number];
    row: {
      readonly url: string;
    };
  };
  'undo/swept-file': {
    parameters: [file_id: number];
    row: never;
  };
  'undo/undo-files': {
    parameters: [file_id: readonly number[], undone: Json];
    row: never;
  };
  'undo/unswept-files': {
    parameters: [];
    row: FileRow;
  };
}
