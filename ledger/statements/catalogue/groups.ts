// Written by `npm run statements` from the headers of ddl/statements/groups.
import type { Json } from '../../json.ts';
import type { ChunkRow, FileRow } from '../row-types.ts';

export interface GroupsStatements {
  'groups/abandoned-parts': { parameters: []; row: Readonly<{ shared_id: number; path: string }> };
  'groups/claim-chunks': { parameters: [chunk_id: readonly number[], worker: string];
      row: FileRow & Readonly<{ chunk_id: number; fencing_token: number; lost: number; line_start: number;
      unpacked_start: number | null; unpacked_end: number | null; rejected_so_far: number }> };
  'groups/commit-chunks': { parameters: [chunk_id: readonly number[], file_id: readonly number[],
      fencing_token: readonly number[], rows_parsed: readonly number[], rows_loaded: readonly number[],
      rows_rejected: readonly number[], rows_deduplicated: readonly number[], accounts: readonly Json[],
      parts: readonly number[]]; row: never };
  'groups/families': { parameters: [file_id: readonly number[]]; row: Readonly<{ root: number;
      file_id: number; dataset: string; state: FileRow['state'] }> };
  'groups/finish-group': { parameters: [file_id: readonly number[], receipt: readonly string[],
      common_id: readonly (string | null)[], common: readonly (string | null)[]];
      row: Readonly<{ file_id: number }> };
  'groups/given-up-parts': { parameters: [shared_id: readonly number[], path: readonly string[]];
      row: Readonly<{ shared_id: number; path: string }> };
  'groups/group-chunks': { parameters: [file_id: readonly number[]]; row: ChunkRow };
  'groups/group-files': { parameters: [file_id: readonly number[]]; row: FileRow };
  'groups/group-parts': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      path: string; rows: number; bytes: number; chunk_id: number; shared_rows: number | null;
      shared_bytes: number | null }> };
  'groups/group-reject-counts': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      code: string; count: number }> };
  'groups/lock-group': { parameters: [file_id: readonly number[], content_hash: readonly string[]];
      row: Readonly<{ file_id: number }> };
  'groups/lock-with-children': { parameters: [file_id: number]; row: FileRow };
  'groups/plan-group': { parameters: [definition_version: string, file_id: readonly number[],
      content_hash: readonly string[], layout: readonly string[]]; row: ChunkRow };
  'groups/release-chunks': { parameters: [chunk_id: readonly number[], worker: string]; row: never };
  'groups/with-children': { parameters: [file_id: number]; row: FileRow };
}
