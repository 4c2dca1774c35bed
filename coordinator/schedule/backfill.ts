/**
 * Plans the runs of a backfill: past windows of a source, beside its live runs. They have receipts of their own and do
 * not move the live cursor. A window that is planned already is not planned again, so the command may be repeated.
 */
import type pg from 'pg';
import { type LedgerRun, planRun, runAgain, runOfWindow } from '../../ledger/runs.ts';
import type { SourceName } from '../../ledger/schedule-history.ts';
import { durationMs } from '../../model/compile/duration.ts';
import { type CompiledSchedule, zoneOf } from '../../model/compiled-schedule.ts';
import { tickAfter } from '../../model/schedules/next-tick.ts';
import { localToUtc, offsetAt, zoneTable } from '../../model/types/temporal/zone-tables.ts';
import { shown } from '../../model/words.ts';
import { inTransaction, inTrial } from '../../platform/database/transaction.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { instantsOf, type Span } from './due-windows.ts';

/** Windows of one backfill at most: 27 years of days, a year of hours. */
export const backfillMost = 10_000;

/** Runs of one backfill at the same time at most: as many as a coordinator carries out. */
export const parallelMost = 8;

export interface BackfillOptions {
  /** A day of the schedule's zone, '2026-01-01', or an instant, '2026-01-01T06:00Z'. */
  readonly from: string;
  /** As `from`; not part of the backfill. */
  readonly to: string;
  /** How long a window is: '1d'. Days and weeks are those of the zone's clock. Default: as the schedule says. */
  readonly step?: string;
}

/** A run of a backfill, and whether it was planned before. */
export interface BackfillRun {
  readonly run: LedgerRun;
  readonly known: boolean;
}

/**
 * One window as a person writes it.
 * @throws LandfallError LF_SOURCE_SPAN
 */
export function spanOf(
  name: string,
  schedule: CompiledSchedule | null,
  { from, to }: Pick<BackfillOptions, 'from' | 'to'>,
): Span {
  const fail = (reason: string): never => {
    throw new LandfallError('LF_SOURCE_SPAN', { source: name, from, to, reason });
  };
  const zone = zoneOf(schedule);
  const start = instantOf(from, zone) ?? fail(`${shown(from)} is not a day or an instant`);
  const end = instantOf(to, zone) ?? fail(`${shown(to)} is not a day or an instant`);
  if (start >= end) fail('it ends before it begins');
  return { from: start, to: end };
}

/**
 * The windows of a backfill, oldest first: from the first instant to the last without a gap.
 * @throws LandfallError LF_SOURCE_SPAN
 */
export function backfillWindows(
  name: string,
  schedule: CompiledSchedule | null,
  { from, to, step }: BackfillOptions,
): Span[] {
  const fail = (reason: string): never => {
    throw new LandfallError('LF_SOURCE_SPAN', { source: name, from, to, reason });
  };
  const zone = zoneOf(schedule);
  const { from: start, to: end } = spanOf(name, schedule, { from, to });
  const border = bordersOf(schedule, zone, start, step) ?? fail(noStep(step));
  const windows: Span[] = [];
  for (let at = start; at < end; ) {
    if (windows.length === backfillMost) fail(`it has more than ${backfillMost} windows; say a longer step`);
    const next = Math.min(border(at, windows.length + 1), end);
    windows.push({ from: at, to: next });
    at = next;
  }
  return windows;
}

const noStep = (step: string | undefined) =>
  step === undefined
    ? 'the source has no schedule that says how long a window is'
    : `${shown(step)} is not a duration`;

/** The end of the window that begins at `at`. `index`: 1 for the first window. */
type Border = (at: number, index: number) => number;

function bordersOf(
  schedule: CompiledSchedule | null,
  zone: string,
  start: number,
  step: string | undefined,
): Border | null {
  if (step === undefined) {
    if (schedule === null) return null;
    return (at) => tickAfter(schedule.ticks, at) ?? Infinity;
  }
  const stepMs = durationMs(step);
  if (stepMs === null || stepMs === 0) return null;
  if (!/[dw]$/.test(step)) return (at) => at + stepMs;
  const table = zoneTable(zone, { ambiguous: 'earlier', skipped: 'later' });
  const local = start / 1000 + offsetAt(table, Math.floor(start / 1000));
  // A day that the clock skips is part of the one before it.
  return (at, index) => {
    for (let days = index; ; days++) {
      const border = (localToUtc(table, local + (days * stepMs) / 1000) as number) * 1000;
      if (border > at) return border;
    }
  };
}

/** In ms; null if the text is neither a day nor an instant. */
function instantOf(text: string, zone: string): number | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text))
    return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  if (!day) return at;
  // Date.parse takes 30 February for 2 March.
  if (new Date(at).toISOString().slice(0, 10) !== text) return null;
  return (
    (localToUtc(zoneTable(zone, { ambiguous: 'earlier', skipped: 'later' }), at / 1000) as number) * 1000
  );
}

/** Plans a run for each window. `parallel`: how many of them run at the same time. All are planned, or none. */
export async function planBackfill(
  pool: pg.Pool,
  source: SourceName,
  windows: readonly Span[],
  parallel: number,
): Promise<BackfillRun[]> {
  return inTransaction(pool, (client) => planEach(client, source, windows, parallel));
}

async function planEach(
  client: pg.ClientBase,
  source: SourceName,
  windows: readonly Span[],
  parallel: number,
): Promise<BackfillRun[]> {
  const runs: BackfillRun[] = [];
  for (const window of windows.map(instantsOf)) {
    const run = await planRun(client, { ...source, kind: 'backfill', window, parallel });
    if (run !== null) runs.push({ run, known: false });
    else {
      const known = await runOfWindow(client, { ...source, backfill: true }, window);
      runs.push({ run: known!, known: true });
    }
  }
  return runs;
}

/** Which windows of a backfill are to be fetched. */
export interface RequestedBackfill {
  /** Those that have to be fetched, or are being fetched. */
  readonly wanted: readonly LedgerRun[];
  /** Those that are done. */
  readonly done: number;
}

interface BackfillRequest {
  readonly windows: readonly Span[];
  /** Windows at the same time. */
  readonly parallel: number;
  /** Fetches again what is done. */
  readonly again: boolean;
}

/** Plans a backfill, and those of its windows again that have failed or, with `again`, are done. */
export async function requestBackfill(
  pool: pg.Pool,
  source: SourceName,
  { windows, parallel, again }: BackfillRequest,
): Promise<RequestedBackfill> {
  const planned = await planBackfill(pool, source, windows, parallel);
  const wanted = planned.filter((one) => isWanted(one, again));
  for (const { run, known } of wanted) if (known) await runAgain(pool, run.runId);
  return { wanted: wanted.map(({ run }) => run), done: planned.length - wanted.length };
}

/** What requestBackfill would plan: its transaction is rolled back. */
export async function foretellBackfill(
  pool: pg.Pool,
  source: SourceName,
  { windows, parallel, again }: BackfillRequest,
): Promise<RequestedBackfill> {
  const planned = await inTrial(pool, (client) => planEach(client, source, windows, parallel));
  const wanted = planned.filter((one) => isWanted(one, again));
  return { wanted: wanted.map(({ run }) => run), done: planned.length - wanted.length };
}

/** Whether the run has to be carried out, or is being carried out. */
function isWanted({ run }: BackfillRun, again: boolean): boolean {
  return run.state !== 'done' || again;
}
