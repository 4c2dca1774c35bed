// Written by `npm run statements` from the headers of ddl/statements/chunks.
import type { Json } from '../../json.ts';
import type { ChunkRow, FileRow } from '../row-types.ts';

export interface ChunksStatements {
  'chunks/chunk-lineage': { parameters: [file_id: number, after_number: number, most: number];
      row: Readonly<{ chunk_id: number; number: number; state: ChunkRow['state']; byte_start: number;
      byte_end: number; line_start: number; rows_parsed: number; rows_loaded: number; rows_rejected: number;
      rows_deduplicated: number; accounts: ChunkRow['accounts']; parts: unknown }> };
  'chunks/chunk-map': { parameters: [file_id: number]; row: Readonly<{ number: number;
      state: ChunkRow['state']; bytes: number; rows_parsed: number; rows_rejected: number;
      worker: string | null; attempts: number; lost: number; claimed_at: Date | null;
      committed_at: Date | null; error: ChunkRow['error'] }> };
  'chunks/chunks': { parameters: [file_id: number]; row: ChunkRow };
  'chunks/claim-chunk': { parameters: [chunk_id: number, worker: string, again: boolean];
      row: FileRow & Readonly<{ fencing_token: number; lost: number; line_start: number;
      unpacked_start: number | null; unpacked_end: number | null; rejected_so_far: string }> };
  'chunks/commit-chunk': { parameters: [chunk_id: number, file_id: number, fencing_token: number,
      rows_parsed: number, rows_loaded: number, rows_rejected: number, rows_deduplicated: number,
      accounts: Json, parts: number]; row: never };
  'chunks/end-holders': { parameters: [lock_class: number, chunk_id: readonly number[]];
      row: Readonly<{ ended: boolean }> };
  'chunks/fail-chunk': { parameters: [chunk_id: number, error: Json, worker: string | null | undefined];
      row: never };
  'chunks/lock-chunk': { parameters: [chunk_id: number]; row: Readonly<{ chunk_id: number }> };
  'chunks/plan-chunks': { parameters: [file_id: number, number: readonly number[],
      byte_start: readonly number[], byte_end: readonly number[], line_start: readonly number[],
      unpacked_start: readonly (number | null)[], unpacked_end: readonly (number | null)[],
      entry: readonly (string | null)[], entry_line: readonly (number | null)[]]; row: never };
  'chunks/release-chunk': { parameters: [chunk_id: number, worker: string, error: Json | null | undefined,
      keeps: boolean]; row: never };
  'chunks/undo-chunks': { parameters: [file_id: readonly number[]]; row: never };
  'chunks/unended-chunks': { parameters: []; row: Readonly<{ chunk_id: number }> };
  'chunks/unload-chunks': { parameters: [file_id: number]; row: never };
  'chunks/waiting-chunks': { parameters: []; row: Readonly<{ file_id: number; dataset: string; name: string;
      chunks: number; error: NonNullable<ChunkRow['error']> }> };
}
