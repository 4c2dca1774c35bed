// Written by `npm run statements` from the headers of ddl/statements/runs.
import type { Json } from '../../json.ts';
import type { FileRow, RunRow } from '../row-types.ts';

export interface RunsStatements {
  'runs/cursor': { parameters: [dataset: string, source: string]; row: Readonly<{ cursor: unknown | null;
      moved_at: Date | null }> };
  'runs/end-run': { parameters: [run_id: number, fencing_token: number, state: NonNullable<RunRow['state']>,
      before: readonly NonNullable<RunRow['state']>[], error: Json | null | undefined]; row: never };
  'runs/files-of-runs': { parameters: [run_id: readonly number[]]; row: FileRow };
  'runs/latest-runs': { parameters: [dataset: string, source: string]; row: Readonly<{ run_id: number;
      waiting: number }> };
  'runs/lock-run': { parameters: [run_id: number, fencing_token: number,
      states: readonly NonNullable<RunRow['state']>[]]; row: Readonly<{ run_id: number }> };
  'runs/mark': { parameters: [dataset: string, source: string, mark: string]; row: never };
  'runs/marked': { parameters: [dataset: string, source: string, marks: readonly string[]];
      row: Readonly<{ mark: string }> };
  'runs/move-cursor': { parameters: [dataset: string, source: string, cursor: Json]; row: never };
  'runs/note-file': { parameters: [run_id: number, dataset: string, name: string, url: string, scope: string,
      bytes: number, fingerprint: string]; row: FileRow };
  'runs/note-page': { parameters: [run_id: number, position: Json, pages: number, bytes: number];
      row: never };
  'runs/plan-run': { parameters: [dataset: string, source: string, kind: NonNullable<RunRow['kind']>,
      window_from: Date | null | undefined, window_to: Date | null | undefined, folder: string,
      due_at: Date | null | undefined, parallel: number]; row: RunRow };
  'runs/run': { parameters: [run_id: number]; row: RunRow };
  'runs/run-again': { parameters: [run_id: number, state: NonNullable<RunRow['state']>,
      before: readonly NonNullable<RunRow['state']>[]]; row: RunRow };
  'runs/run-named': { parameters: [dataset: string, source: string, backfill: boolean, folder: string];
      row: RunRow };
  'runs/runs': { parameters: [dataset: string, source: string, most: number]; row: RunRow };
  'runs/start-run': { parameters: [run_id: number, state: NonNullable<RunRow['state']>,
      before: readonly NonNullable<RunRow['state']>[]]; row: RunRow };
  'runs/told-runs': { parameters: [run_id: readonly number[]]; row: RunRow };
  'runs/unended-runs': { parameters: [most: number]; row: RunRow };
  'runs/unloaded-runs': { parameters: [dataset: string, source: string]; row: RunRow };
  'runs/wait-run': { parameters: [run_id: number, fencing_token: number, state: NonNullable<RunRow['state']>,
      before: readonly NonNullable<RunRow['state']>[], due_at: Date, attempts: number,
      waits_since: Date | null | undefined, error: Json | null | undefined]; row: never };
}
