// Written by `npm run statements` from the headers of ddl/statements/schedules.
import type { Json } from '../../json.ts';

export interface SchedulesStatements {
  'schedules/history': { parameters: [dataset: readonly string[], source: readonly string[]];
      row: Readonly<{ dataset: string; source: string; since: Date; schedule: unknown | null }> };
  'schedules/lock-source': { parameters: [dataset: string, source: string]; row: never };
  'schedules/note-queue-fault': { parameters: [dataset: string, source: string,
      queue_fault: Json | null | undefined]; row: never };
  'schedules/note-schedule': { parameters: [dataset: string, source: string,
      schedule: Json | null | undefined]; row: never };
  'schedules/note-skipped': { parameters: [run_id: number, skipped_from: Date]; row: never };
  'schedules/queue-fault': { parameters: [dataset: string, source: string];
      row: Readonly<{ queue_fault: unknown | null }> };
  'schedules/scheduled': { parameters: []; row: Readonly<{ dataset: string; source: string }> };
  'schedules/standing': { parameters: [dataset: readonly string[], source: readonly string[]];
      row: Readonly<{ dataset: string; source: string; now: Date; planned: Date | null; waiting: number }> };
}
