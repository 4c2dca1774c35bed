/**
 * Plans the runs of a source that has a schedule: the windows that are due, in one transaction. The ledger says what
 * was planned, so planning may be repeated, by any coordinator, at any time.
 */
import type pg from 'pg';
import { type LedgerRun, planRun, type RunWindow } from '../../ledger/runs.ts';
import { noteSchedule, noteSkipped, type SourceName, standingsOf } from '../../ledger/schedule-history.ts';
import type { CompiledSchedule } from '../../model/compiled-schedule.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import {
  dueWindows,
  instantsOf,
  nextWindow,
  type ScheduleHistory,
  type Span,
  windowUntil,
} from './due-windows.ts';

/** Runs of a source that are planned ahead at most: the rest is planned as they end. */
export const aheadMost = 32;

export interface Planned {
  readonly runs: readonly LedgerRun[];
  /** Until the next window ends, in ms; null: the source has no schedule. */
  readonly nextInMs: number | null;
}

/** Notes the schedule of a source, and plans the runs that are due. */
export async function planSource(
  pool: pg.Pool,
  source: SourceName,
  schedule: CompiledSchedule | null,
): Promise<Planned> {
  return inTransaction(pool, async (client) => {
    await noteSchedule(client, source, schedule);
    if (schedule === null) return { runs: [], nextInMs: null };
    const [standing] = await standingsOf(client, [source]);
    const { planned, now, waiting } = standing;
    const history = standing.history as ScheduleHistory;
    const due = dueWindows(history, planned, now, roomFor(schedule, waiting));
    const runs = await planWindows(client, source, due.windows);
    if (due.skipped !== null && runs.length > 0)
      await noteSkipped(client, runs[0].runId, new Date(due.skipped.from));
    return { runs, nextInMs: (nextWindow(history, null, now)?.to ?? now) - now };
  });
}

async function planWindows(
  client: pg.ClientBase,
  source: SourceName,
  windows: readonly Span[],
): Promise<LedgerRun[]> {
  const runs: LedgerRun[] = [];
  for (const window of windows) {
    const run = await planRun(client, { ...source, kind: 'live', window: instantsOf(window) });
    if (run !== null) runs.push(run);
  }
  return runs;
}

/** Where not all are caught up, a window that ends while another waits is one that was missed. */
function roomFor({ catchUp }: CompiledSchedule, waiting: number): number {
  if (catchUp === 'all') return aheadMost - waiting;
  return waiting === 0 ? 1 : 0;
}

/**
 * The window of a run that a person asks for now: from the end of the last one. The next window continues after it.
 * Null: the source has no schedule.
 * @param schedule what the definition says. It counts if nothing is noted: a coordinator that has just begun may be about to
 */
export async function windowUntilNow(
  pool: pg.Pool,
  source: SourceName,
  schedule: CompiledSchedule | null,
): Promise<RunWindow | null> {
  const [{ history, planned, now }] = await standingsOf(pool, [source]);
  const noted = history.length === 0 && schedule !== null ? [{ since: now, schedule }] : history;
  const window = windowUntil(noted as ScheduleHistory, planned, now);
  return window === null ? null : instantsOf(window);
}

/** Of each source, the window that ends next. Null: it has no schedule, as far as the ledger knows. */
export async function windowsAhead(
  pool: pg.Pool,
  sources: readonly SourceName[],
): Promise<(RunWindow | null)[]> {
  const standings = await standingsOf(pool, sources);
  return standings.map(({ history, planned, now }) => {
    const window = nextWindow(history as ScheduleHistory, planned, now);
    return window === null ? null : instantsOf(window);
  });
}
