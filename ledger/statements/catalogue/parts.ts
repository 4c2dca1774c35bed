// Written by `npm run statements` from the headers of ddl/statements/parts.

export interface PartsStatements {
  'parts/add-parts': { parameters: [chunk_id: readonly number[], file_id: readonly number[],
      path: readonly string[], rows: readonly number[], bytes: readonly number[]]; row: never };
  'parts/parts': { parameters: [file_id: number]; row: Readonly<{ path: string; rows: number; bytes: number;
      chunk_id: number }> };
  'parts/remove-parts': { parameters: [file_id: readonly number[]]; row: never };
  'parts/some-parts': { parameters: [most: number]; row: Readonly<{ path: string }> };
}
