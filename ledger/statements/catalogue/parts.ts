// Written by `npm run statements` from the headers of ddl/statements/parts.

export interface PartsStatements {
  'parts/add-parts': { parameters: [chunk_id: readonly number[], file_id: readonly number[],
      path: readonly string[], rows: readonly number[], bytes: readonly number[]]; row: never };
  'parts/keep-parts': { parameters: [chunk_id: number, path: readonly string[]]; row: never };
  'parts/lake-datasets': { parameters: []; row: Readonly<{ dataset: string }> };
  'parts/lake-deleted': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ chunk_id: number; row: number }> };
  'parts/lake-parts': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ path: string; chunk_id: number; version: string | null }> };
  'parts/lake-versions': { parameters: [dataset: string, snapshot: number | null | undefined];
      row: Readonly<{ chunk_id: number; row: number; valid_from: string; valid_to: string | null }> };
  'parts/parts': { parameters: [file_id: number]; row: Readonly<{ path: string; rows: number; bytes: number;
      chunk_id: number }> };
  'parts/remove-parts': { parameters: [file_id: readonly number[]]; row: never };
  'parts/some-parts': { parameters: [most: number]; row: Readonly<{ path: string }> };
}
