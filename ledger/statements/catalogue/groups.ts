// Written by `npm run statements` from the headers of ddl/statements/groups.
import type { Json } from '../../json.ts';
import type { ChunkRow, FileRow } from '../row-types.ts';

export interface GroupsStatements {
  'groups/claim-chunks': {
    parameters: [chunk_id: readonly number[], worker: string];
    row: FileRow & {
      readonly chunk_id: number;
      readonly fencing_token: number;
      readonly lost: number;
      readonly line_start: number;
      readonly unpacked_start: number | null;
      readonly unpacked_end: number | null;
      readonly rejected_so_far: number;
    };
  };
  'groups/commit-chunks': {
    parameters: [
      chunk_id: readonly number[],
      file_id: readonly number[],
      fencing_token: readonly number[],
      rows_parsed: readonly number[],
      rows_loaded: readonly number[],
      rows_rejected: readonly number[],
      rows_deduplicated: readonly number[],
      accounts: readonly Json[],
      parts: readonly number[],
    ];
    row: never;
  };
  'groups/finish-group': {
    parameters: [file_id: readonly number[], receipt: readonly string[]];
    row: {
      readonly file_id: number;
    };
  };
  'groups/group-chunks': {
    parameters: [file_id: readonly number[]];
    row: ChunkRow;
  };
  'groups/group-files': {
    parameters: [file_id: readonly number[]];
    row: FileRow;
  };
  'groups/group-parts': {
    parameters: [file_id: readonly number[]];
    row: {
      readonly file_id: number;
      readonly path: string;
      readonly rows: number;
      readonly bytes: number;
      readonly chunk_id: number;
    };
  };
  'groups/group-reject-counts': {
    parameters: [file_id: readonly number[]];
    row: {
      readonly file_id: number;
      readonly code: string;
      readonly count: number;
    };
  };
  'groups/lock-group': {
    parameters: [file_id: readonly number[], content_hash: readonly string[]];
    row: {
      readonly file_id: number;
    };
  };
  'groups/plan-group': {
    parameters: [
      definition_version: string,
      file_id: readonly number[],
      content_hash: readonly string[],
      layout: readonly string[],
    ];
    row: ChunkRow;
  };
  'groups/release-chunks': {
    parameters: [chunk_id: readonly number[], worker: string];
    row: never;
  };
}
