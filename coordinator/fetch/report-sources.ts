/** The sources of all datasets, and what became of their runs: for the command, the API and the page. */
import type pg from 'pg';
import { queueFaultOf } from '../../ledger/queue-faults.ts';
import { cursorOf, type LedgerRun, latestRuns, type RunWindow } from '../../ledger/runs.ts';
import type { CompiledSource } from '../../model/compiled-source.ts';
import type { Registry } from '../../model/registry.ts';
import { scheduleWords } from '../../model/schedules/schedule-words.ts';
import { cursorWords } from '../../sources/fetching/cursor-words.ts';
import { missingVariables } from '../../sources/fetching/fill.ts';
import { windowsAhead } from '../schedule/planner.ts';
import { allSources } from './find-source.ts';

export interface SourceReport {
  readonly dataset: string;
  readonly source: string;
  readonly kind: CompiledSource['kind'];
  readonly schedule: CompiledSource['schedule'];
  /** Where its live runs stand. */
  readonly cursor: unknown;
  /** The same in words; null: there is nothing to say. */
  readonly cursorWords: string | null;
  /** When it runs, in words; null: when a person asks for it. */
  readonly scheduleWords: string | null;
  /** Environment variables that it needs and this process does not have. */
  readonly missing: readonly string[];
  /** Newest run that has ended, of live runs and of backfills. */
  readonly last: RunReport | null;
  /** Run that is running, or else the one that comes next. */
  readonly next: RunReport | null;
  /** Runs that have not ended. */
  readonly waiting: number;
  /** Window that ends next by its schedule; null: it has none, or no coordinator has seen it yet. */
  readonly scheduled: RunWindow | null;
  /** The end of the first window that should have been fetched by now; null: none is late. */
  readonly lateSince: string | null;
  /** Why the queue of its notifications cannot be read; null: it can, or there is none. */
  readonly queueFault: LedgerRun['error'];
}

export interface RunReport {
  readonly runId: number;
  readonly kind: LedgerRun['kind'];
  readonly window: LedgerRun['window'];
  /** The beginning of its files' names. */
  readonly name: string;
  readonly state: LedgerRun['state'];
  readonly pages: number;
  /** Of the pages that are noted. */
  readonly bytes: number;
  readonly attempts: number;
  readonly error: LedgerRun['error'];
  readonly plannedAt: string;
  readonly dueAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Where the time begins before its window that was not caught up; null: it follows the window before. */
  readonly skippedFrom: string | null;
}

/** All sources of the current definitions. */
export async function reportSources(
  pool: pg.Pool,
  registry: Registry,
  env: NodeJS.ProcessEnv,
  now = Date.now(),
): Promise<SourceReport[]> {
  const found = allSources(registry);
  const names = found.map(({ dataset, source }) => ({ dataset, source: source.name }));
  const ahead = await windowsAhead(pool, names);
  const reports = found.map(async ({ dataset, source }, i): Promise<SourceReport> => {
    const { name, kind, schedule } = source;
    const { ended, unended, waiting } = await latestRuns(pool, dataset, name);
    const { cursor } = await cursorOf(pool, dataset, name);
    const scheduled = schedule === null ? null : ahead[i];
    return {
      ...{ dataset, source: name, kind, schedule, cursor, waiting, scheduled },
      cursorWords: cursorWords(kind, cursor),
      scheduleWords: scheduleWords(schedule),
      missing: missingVariables([source], env),
      last: ended && reportRun(ended),
      next: unended && reportRun(unended),
      lateSince: lateSince(unended, now),
      queueFault: await queueFault(pool, dataset, source),
    };
  });
  return Promise.all(reports);
}

/** A fault that was noted before the definition changed says nothing any more. */
async function queueFault(
  pool: pg.Pool,
  dataset: string,
  source: CompiledSource,
): Promise<SourceReport['queueFault']> {
  if (source.kind !== 's3' || source.notifications === null) return null;
  return queueFaultOf(pool, { dataset, source: source.name });
}

/** A window that has not been fetched this long after its end is late. */
export const lateMs = 60_000;

/** `unended`: the first run that has not ended. */
function lateSince(unended: LedgerRun | null, now: number): string | null {
  if (unended === null || unended.kind === 'backfill' || unended.window === null) return null;
  const { to } = unended.window;
  return now - Date.parse(to) > lateMs ? to : null;
}

export function reportRun(run: LedgerRun): RunReport {
  const { runId, kind, window, folder: name, state, pages, bytes, attempts, error } = run;
  return {
    ...{ runId, kind, window, name, state, pages, bytes, attempts, error },
    plannedAt: run.plannedAt.toISOString(),
    dueAt: run.dueAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    endedAt: run.endedAt?.toISOString() ?? null,
    skippedFrom: run.skippedFrom?.toISOString() ?? null,
  };
}
