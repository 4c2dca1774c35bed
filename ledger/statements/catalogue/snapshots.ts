// Written by `npm run statements` from the headers of ddl/statements/snapshots.
import type { FileRow } from '../row-types.ts';

export interface SnapshotsStatements {
  'snapshots/accept-file': { parameters: [file_id: number]; row: never };
  'snapshots/done-files': { parameters: [dataset: string]; row: FileRow & Readonly<{ snapshot_id: number }> };
  'snapshots/lock-datasets': { parameters: [lock_class: number, dataset: readonly string[]];
      row: Readonly<{ pg_advisory_xact_lock: unknown }> };
  'snapshots/newest-snapshot': { parameters: []; row: Readonly<{ snapshot_id: number }> };
  'snapshots/open-snapshot': { parameters: [lock_class: number, dataset: string, file_id: readonly number[],
      kind: readonly string[], snapshot_id: number | null | undefined]; row: Readonly<{ snapshot_id: number;
      file_id: number }> };
}
