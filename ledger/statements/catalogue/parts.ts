// Written by `npm run statements` from the headers of ddl/statements/parts.

export interface PartsStatements {
  'parts/add-parts': { parameters: [chunk_id: readonly number[], file_id: readonly number[],
      path: readonly string[], rows: readonly number[], bytes: readonly number[],
      shared_id: readonly (number | null)[]]; row: never };
  'parts/begin-shared': { parameters: [dataset: string, folder: readonly string[],
      chunk_id: number | null | undefined, fencing_token: number | null | undefined];
      row: Readonly<{ shared_id: number; path: string }> };
  'parts/compact-folders': { parameters: [dataset: string]; row: Readonly<{ folder: string; open: boolean;
      parts: number; chunks: number }> };
  'parts/compact-parts': { parameters: [dataset: string, folder: readonly string[]];
      row: Readonly<{ folder: string; path: string; chunk_id: number; file_id: number; version: string | null;
      rows: number; bytes: number; shared_id: number | null; shared_path: string | null;
      shared_rows: number | null; shared_bytes: number | null }> };
  'parts/forget-parts': { parameters: [path: readonly string[]]; row: never };
  'parts/keep-parts': { parameters: [chunk_id: number, path: readonly string[]]; row: never };
  'parts/lake-datasets': { parameters: []; row: Readonly<{ dataset: string }> };
  'parts/lake-deleted': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ chunk_id: number; row: number }> };
  'parts/lake-parts': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ path: string; chunk_id: number; version: string | null; rows: number;
      shared_rows: number | null }> };
  'parts/lake-versions': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ chunk_id: number; row: number; valid_from: string; valid_to: string | null }> };
  'parts/list-shared': { parameters: [shared_id: readonly number[], rows: readonly number[],
      bytes: readonly number[]]; row: never };
  'parts/lock-done': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number }> };
  'parts/lock-retired': { parameters: [dataset: string | null | undefined, seconds: number,
      as_promised: boolean, most: number]; row: Readonly<{ path: string; bytes: number }> };
  'parts/lock-unlisted': { parameters: [dataset: string]; row: Readonly<{ shared_id: number;
      path: string }> };
  'parts/move-parts': { parameters: [shared_id: number, file_id: readonly number[], path: readonly string[],
      rows: readonly number[], bytes: readonly number[], was: readonly (number | null)[],
      share: readonly number[], keep_seconds: number]; row: Readonly<{ rows: number }> };
  'parts/partitions': { parameters: [dataset: string, most: number]; row: Readonly<{ folder: string;
      parts: number; rows: number; bytes: number; folders: number }> };
  'parts/parts': { parameters: [file_id: number]; row: Readonly<{ path: string; rows: number; bytes: number;
      chunk_id: number; shared_rows: number | null; shared_bytes: number | null }> };
  'parts/remove-parts': { parameters: [file_id: readonly number[]]; row: never };
  'parts/retire-emptied': { parameters: [dataset: string | null | undefined, keep_seconds: number];
      row: never };
  'parts/some-parts': { parameters: [most: number]; row: Readonly<{ path: string }> };
}
