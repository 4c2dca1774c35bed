// Written by `npm run statements` from the headers of ddl/statements/marts.
import type { Json } from '../../json.ts';
import type { FileRow } from '../row-types.ts';

export interface MartsStatements {
  'marts/done-chunks': { parameters: [dataset: string]; row: Readonly<{ chunk_id: number }> };
  'marts/existing-marts': { parameters: [schema: string, names: readonly string[]];
      row: Readonly<{ name: string }> };
  'marts/failing-marts': { parameters: []; row: Readonly<{ dataset: string; name: string; since: Date;
      error: FileRow['error'] }> };
  'marts/file-changes': { parameters: [dataset: string]; row: Readonly<{ changes: number; at: Date }> };
  'marts/forget-marts': { parameters: [dataset: string, names: readonly string[]]; row: never };
  'marts/forget-rollup': { parameters: [dataset: string, name: string]; row: never };
  'marts/lock-holders': { parameters: [relation: string]; row: Readonly<{ pid: number; name: string;
      query: string | null }> };
  'marts/mart-reads': { parameters: [schema: string, names: readonly string[]]; row: Readonly<{ mart: string;
      reads: string | null }> };
  'marts/marts-without': { parameters: [file_id: number]; row: Readonly<{ name: string;
      refreshed_at: Date | null; since: Date | null; error: FileRow['error'] }> };
  'marts/note-failure': { parameters: [dataset: string, name: string, error: Json]; row: never };
  'marts/note-refresh': { parameters: [dataset: string, names: readonly string[], changes: number];
      row: never };
  'marts/oldest-unshown': { parameters: [datasets: readonly string[], names: readonly string[]];
      row: Readonly<{ dataset: string; name: string; since: Date }> };
  'marts/refresh-beside': { parameters: [lock_timeout: string, helpers: number];
      row: Readonly<{ set_config: string }> };
  'marts/refresh-times': { parameters: [dataset: string, names: readonly string[]];
      row: Readonly<{ name: string; refreshed_at: Date }> };
  'marts/rollups': { parameters: [dataset: string]; row: Readonly<{ name: string; hash: string;
      stored: unknown; recomputed: unknown | null; notes: unknown }> };
  'marts/save-rollup': { parameters: [dataset: string, name: string, hash: string, stored: Json];
      row: never };
  'marts/settle-rollup': { parameters: [dataset: string, name: string, recomputed: Json, notes: Json];
      row: never };
  'marts/stale-marts': { parameters: [datasets: readonly string[], names: readonly string[]];
      row: Readonly<{ dataset: string; name: string; error: FileRow['error'] }> };
}
