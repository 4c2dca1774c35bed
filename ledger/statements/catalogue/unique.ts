// Written by `npm run statements` from the headers of ddl/statements/unique.
import type { Json } from '../../json.ts';
import type { ChunkRow } from '../row-types.ts';

export interface UniqueStatements {
  'unique/chunk-repeats': { parameters: [chunk_id: number, after: number, limit: number];
      row: Readonly<{ byte_offset: number; rule_id: number; first_line: number }> };
  'unique/drop-dead-runs': { parameters: [settle_lock: number, file_id: number];
      row: Readonly<{ drop_dead_runs: unknown }> };
  'unique/drop-file-repeats': { parameters: [file_id: number]; row: never };
  'unique/drop-keys': { parameters: [file_id: number, first_chunk: number, last_chunk: number]; row: never };
  'unique/drop-repeats': { parameters: [chunk_id: number]; row: never };
  'unique/find-repeats-of-many': { parameters: [file_id: number, first_chunk: number, last_chunk: number,
      rule_id: readonly number[]]; row: Readonly<{ find_repeats_of_many: unknown }> };
  'unique/find-repeats-of-one': { parameters: [file_id: number, first_chunk: number, last_chunk: number,
      rule_id: number]; row: Readonly<{ find_repeats_of_one: unknown }> };
  'unique/hold-run': { parameters: [file_id: number]; row: Readonly<{ hold_run: unknown }> };
  'unique/keyed-chunk': { parameters: [chunk_id: number]; row: Readonly<{ chunk_id: number }> };
  'unique/keyed-files': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number;
      first_chunk: number; last_chunk: number }> };
  'unique/keys-of': { parameters: [file_id: number]; row: Readonly<{ table_name: string }> };
  'unique/lock-settling': { parameters: [settle_lock: number, dataset: string];
      row: Readonly<{ pg_advisory_xact_lock: unknown }> };
  'unique/mark-keyed': { parameters: [chunk_id: number, file_id: number]; row: never };
  'unique/open-run': { parameters: [file_id: number, dataset: string]; row: Readonly<{ open_run: unknown }> };
  'unique/settle-rules': { parameters: [file_id: number, rule_id: readonly number[]]; row: never };
  'unique/settled-rules': { parameters: [file_id: number, rule_id: readonly number[]];
      row: Readonly<{ rule_id: number }> };
  'unique/tidy-runs': { parameters: [dataset: string]; row: Readonly<{ drop_dead_runs: unknown }> };
  'unique/unique-rule': { parameters: [dataset: string, about: Json]; row: Readonly<{ rule_id: number }> };
  'unique/unkeyed-chunks': { parameters: [file_id: number]; row: ChunkRow };
  'unique/unsettle-file': { parameters: [file_id: number]; row: never };
}
