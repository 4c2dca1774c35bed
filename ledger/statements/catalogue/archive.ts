// Written by `npm run statements` from the headers of ddl/statements/archive.

export interface ArchiveStatements {
  'archive/moved-file': {
    parameters: [old_url: string, url: string, fingerprint: string];
    row: never;
  };
  'archive/moved-files': {
    parameters: [old_url: readonly string[], url: readonly string[], fingerprint: readonly string[]];
    row: never;
  };
  'archive/note-move': {
    parameters: [file_id: number, url: string | null | undefined];
    row: never;
  };
  'archive/note-moves': {
    parameters: [file_id: readonly number[], url: readonly string[]];
    row: never;
  };
}
