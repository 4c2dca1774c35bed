// Written by `npm run statements` from the headers of ddl/statements/rejects.
import type { FileRow, RejectRow } from '../row-types.ts';

export interface RejectsStatements {
  'rejects/add-rejects': { parameters: [file_id: number, chunk_id: number, definition_version: string,
      byte_offset: readonly number[], byte_length: readonly (number | null)[], line: readonly number[],
      column_name: readonly (string | null)[], code: readonly string[], message: readonly string[],
      raw: readonly string[]]; row: never };
  'rejects/ended-rejects': { parameters: [file_id: readonly number[]]; row: Readonly<{ dataset: string;
      code: string; count: number }> };
  'rejects/open-reject-borders': { parameters: [file_id: number, number: number];
      row: Readonly<{ byte_offset: number }> };
  'rejects/open-rejects': { parameters: [file_id: number, byte_offset: number, byte_offset: number];
      row: RejectRow & Readonly<{ entry: string | null; line_in_entry: number | null; chunk_start: number;
      chunk_end: number }> };
  'rejects/recent-rejects': { parameters: [limit: number]; row: RejectRow };
  'rejects/reject-counts': { parameters: [file_id: number]; row: Readonly<{ code: string; count: number }> };
  'rejects/reject-holders': { parameters: [file_id: number, byte_offset: readonly number[], taken_by: number];
      row: Readonly<{ file_id: number; name: string }> };
  'rejects/reject-page': { parameters: [file_id: number, code: string | null | undefined,
      column_name: string | null | undefined, after_offset: number | null | undefined,
      after_reject: number | null | undefined, most: number];
      row: RejectRow & Readonly<{ entry: string | null; line_in_entry: number | null }> };
  'rejects/reject-summary': { parameters: [file_id: number, examples: number]; row: Readonly<{ code: string;
      column_name: string | null; count: number; examples: unknown }> };
  'rejects/reject-sums': { parameters: [file_id: number]; row: Readonly<{ code: string;
      column_name: string | null; count: number; waiting: number }> };
  'rejects/reject-takers': { parameters: [file_id: number]; row: Readonly<{ file_id: number; name: string;
      link: NonNullable<FileRow['link']>; state: FileRow['state']; rejects: number }> };
  'rejects/rejects': { parameters: [file_id: number, limit: number];
      row: RejectRow & Readonly<{ entry: string | null; line_in_entry: number | null }> };
  'rejects/release-rejects': { parameters: [taken_by: readonly number[]]; row: never };
  'rejects/repeats-of-chunk': { parameters: [chunk_id: number]; row: Readonly<{ byte_offset: number }> };
  'rejects/replays-of': { parameters: [file_id: number]; row: Readonly<{ url: string }> };
  'rejects/return-rejects': { parameters: [file_id: number, origin_offset: readonly number[],
      replay_offset: readonly number[]]; row: never };
  'rejects/take-rejects': { parameters: [file_id: number, byte_offset: readonly number[], taken_by: number];
      row: never };
  'rejects/undo-rejects': { parameters: [file_id: readonly number[]]; row: never };
  'rejects/waiting-rejects': { parameters: [file_id: number]; row: Readonly<{ rejects: number;
      bytes: number }> };
}
