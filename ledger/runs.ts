/** Sources and their runs: planned, started, moved from page to page, ended. */
import type pg from 'pg';
import { toJson } from './json.ts';
import type { ErrorDescription, LedgerFile } from './rows.ts';
import type { RunRow } from './statements/row-types.ts';
import { type Client, count, run } from './statements/run.ts';
import { runFiles } from './statements/stored-files.ts';
import { type RunEvent, type RunState, runTransitions, statesBefore } from './states.ts';

/** Instants in UTC, ISO 8601; `to` is exclusive. */
export interface RunWindow {
  readonly from: string;
  readonly to: string;
}

export interface LedgerRun {
  readonly runId: number;
  readonly dataset: string;
  readonly source: string;
  /** `manual`: a person asked for it; it is a live run otherwise. */
  readonly kind: RunRow['kind'];
  /** Null: the run covers what the source has when it runs. */
  readonly window: RunWindow | null;
  /** The beginning of its files' names: source/from_to. */
  readonly folder: string;
  readonly state: RunState;
  /** Where it resumes; null at its beginning. */
  readonly position: unknown;
  /** Pages that are noted, and their bytes. */
  readonly pages: number;
  readonly bytes: number;
  readonly fencingToken: number;
  /** Attempts that have failed since a page was noted. */
  readonly attempts: number;
  /** Since when the source has been away. */
  readonly waitsSince: Date | null;
  /** Runs of its backfill that may run at the same time. */
  readonly parallel: number;
  /** Why its last attempt failed. */
  readonly error: ErrorDescription | null;
  readonly plannedAt: Date;
  /** When it may start. */
  readonly dueAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Where the time begins before its window that no run covers; null: it follows the window before. */
  readonly skippedFrom: Date | null;
}

export interface NewRun {
  readonly dataset: string;
  readonly source: string;
  readonly kind: RunRow['kind'];
  readonly window: RunWindow | null;
  /** Default: now. */
  readonly dueAt?: Date;
  /** Default: 1. */
  readonly parallel?: number;
}

/** A page that a run has fetched. */
export interface NotedPage {
  /** Null: there was nothing to note. */
  readonly file: Pick<LedgerFile, 'name' | 'url' | 'scope' | 'bytes' | 'fingerprint'> | null;
  /** Where the run resumes from now on. */
  readonly position: unknown;
  /** Where the source's live runs stand; undefined: where they stood. Ignored in a backfill. */
  readonly cursor?: unknown;
  /** The identity of what the page contains. Ignored in a backfill. */
  readonly mark?: string;
}

/** The window as folders are named: `2026-11-01_2026-11-02`, or `2026-11-01T06-00-00Z_…` unless both are midnights. */
export function windowName({ from, to }: RunWindow): string {
  const days = [from, to].every((instant) => new Date(instant).getTime() % 86_400_000 === 0);
  return `${instantName(from, days)}_${instantName(to, days)}`;
}

function instantName(instant: string, day: boolean): string {
  const text = new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
  return day ? text.slice(0, 10) : text.replaceAll(':', '-');
}

function nameOf(window: RunWindow | null): string {
  return window === null ? instantName(new Date().toISOString(), false) : windowName(window);
}

/**
 * Plans a run; null if the window has a run of that class already. A run without a window is named after the second
 * in which it is planned.
 */
export async function planRun(client: Client, planned: NewRun): Promise<LedgerRun | null> {
  const { dataset, source, kind, window, dueAt, parallel = 1 } = planned;
  const name = nameOf(window);
  const [row] = await run(client, 'runs/plan-run', [
    ...([dataset, source, kind] as const),
    window === null ? null : new Date(window.from),
    window === null ? null : new Date(window.to),
    `${source}/${name}`,
    ...([dueAt, parallel] as const),
  ]);
  return row === undefined ? null : toRun(row);
}

/** The run of a window, of a backfill or not; without a window, the one that was planned in this second. */
export async function runOfWindow(
  client: Client,
  wanted: { readonly dataset: string; readonly source: string; readonly backfill: boolean },
  window: RunWindow | null,
): Promise<LedgerRun | null> {
  const { dataset, source, backfill } = wanted;
  const folder = `${source}/${nameOf(window)}`;
  return first(await run(client, 'runs/run-named', [dataset, source, backfill, folder]));
}

export async function runOf(client: Client, runId: number): Promise<LedgerRun | null> {
  return first(await run(client, 'runs/run', [runId]));
}

/** Those of the runs that have ended, or wait because an attempt has failed. */
export async function toldRuns(client: Client, runIds: readonly number[]): Promise<LedgerRun[]> {
  return (await run(client, 'runs/told-runs', [runIds])).map(toRun);
}

/** Runs of a source, newest first. */
export async function runsOf(
  client: Client,
  dataset: string,
  source: string,
  most: number,
): Promise<LedgerRun[]> {
  return (await run(client, 'runs/runs', [dataset, source, most])).map(toRun);
}

/** The newest run that has ended, the one that is running or comes next, and how many have not ended. */
export async function latestRuns(
  client: Client,
  dataset: string,
  source: string,
): Promise<{ ended: LedgerRun | null; unended: LedgerRun | null; waiting: number }> {
  const rows = await run(client, 'runs/latest-runs', [dataset, source]);
  const runs = await Promise.all(rows.map(({ run_id }) => runOf(client, run_id)));
  return {
    ended: runs.find((_, i) => rows[i].waiting === 0) ?? null,
    unended: runs.find((_, i) => rows[i].waiting > 0) ?? null,
    waiting: Math.max(0, ...rows.map(({ waiting }) => waiting)),
  };
}

/** Runs that have not ended, live before backfill: of each source and class at most so many, those that come first. */
export async function unendedRuns(client: Client, most: number): Promise<LedgerRun[]> {
  return (await run(client, 'runs/unended-runs', [most])).map(toRun);
}

/** Runs of a source that have ended although files of theirs have not, such as those of a command that was killed. */
export async function unloadedRuns(client: Client, dataset: string, source: string): Promise<LedgerRun[]> {
  return (await run(client, 'runs/unloaded-runs', [dataset, source])).map(toRun);
}

/** Starts or resumes a run under a new fencing token. Null: it has ended. */
export async function startRun(client: Client, runId: number): Promise<LedgerRun | null> {
  return first(await run(client, 'runs/start-run', [runId, ...moved('start')]));
}

/**
 * Notes a page, and moves the run's position and the source's cursor, in one transaction. Null: the run is not this
 * coordinator's any more, and nothing is noted. May be repeated.
 */
export async function notePage(
  client: pg.ClientBase,
  fetching: LedgerRun,
  { file, position, cursor, mark }: NotedPage,
): Promise<{ readonly file: LedgerFile | null } | null> {
  const { runId, fencingToken, dataset, source, kind } = fetching;
  const held = await count(client, 'runs/lock-run', [
    runId,
    fencingToken,
    statesBefore(runTransitions, 'note'),
  ]);
  if (held === 0) return null;
  const noted = file === null ? null : await noteFile(client, fetching, file);
  await count(client, 'runs/note-page', [runId, toJson(position), file === null ? 0 : 1, file?.bytes ?? 0]);
  if (cursor !== undefined && kind !== 'backfill')
    await count(client, 'runs/move-cursor', [dataset, source, toJson(cursor)]);
  if (mark !== undefined && kind !== 'backfill') await count(client, 'runs/mark', [dataset, source, mark]);
  return { file: noted };
}

async function noteFile(
  client: pg.ClientBase,
  { runId, dataset }: LedgerRun,
  { name, url, scope, bytes, fingerprint }: NonNullable<NotedPage['file']>,
): Promise<LedgerFile> {
  const given = [dataset, name, url, scope, bytes, fingerprint] as const;
  return (await runFiles(client, 'runs/note-file', [runId, ...given]))[0];
}

/** Lets a run wait until `dueAt`: for its next attempt, or for another run. False: it is not this coordinator's. */
export async function letRunWait(
  client: Client,
  { runId, fencingToken }: LedgerRun,
  wait: Pick<LedgerRun, 'dueAt' | 'attempts' | 'waitsSince' | 'error'>,
): Promise<boolean> {
  const { dueAt, attempts, waitsSince, error } = wait;
  const reason = error === null ? null : toJson(error);
  const rest = [dueAt, attempts, waitsSince, reason] as const;
  return (await count(client, 'runs/wait-run', [runId, fencingToken, ...moved('wait'), ...rest])) === 1;
}

/** Ends a run: with an error it has failed. False: it is not this coordinator's. */
export async function endRun(
  client: Client,
  { runId, fencingToken }: LedgerRun,
  error: ErrorDescription | null,
): Promise<boolean> {
  const event = error === null ? 'finish' : 'fail';
  const reason = error === null ? null : toJson(error);
  return (await count(client, 'runs/end-run', [runId, fencingToken, ...moved(event), reason])) === 1;
}

/** Plans a run that has ended again, from its beginning. Null: it has not ended. */
export async function runAgain(client: Client, runId: number): Promise<LedgerRun | null> {
  return first(await run(client, 'runs/run-again', [runId, ...moved('again')]));
}

/** Where the live runs of a source stand; null: nowhere yet. */
export async function cursorOf(
  client: Client,
  dataset: string,
  source: string,
): Promise<{ readonly cursor: unknown; readonly movedAt: Date | null }> {
  const [row] = await run(client, 'runs/cursor', [dataset, source]);
  return { cursor: row?.cursor ?? null, movedAt: row?.moved_at ?? null };
}

/** Those of the identities that live runs of a source have noted. */
export async function markedOf(
  client: Client,
  dataset: string,
  source: string,
  marks: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set((await run(client, 'runs/marked', [dataset, source, marks])).map(({ mark }) => mark));
}

/** The files of runs, in the order in which they were noted. */
export async function filesOfRuns(client: Client, runIds: readonly number[]): Promise<LedgerFile[]> {
  return await runFiles(client, 'runs/files-of-runs', [runIds]);
}

/** The state to which an event leads, and those in which it happens. */
function moved(event: RunEvent): readonly [RunState, RunState[]] {
  const before = statesBefore(runTransitions, event);
  return [runTransitions[before[0]][event]!, before];
}

function first(rows: readonly RunRow[]): LedgerRun | null {
  return rows.length === 0 ? null : toRun(rows[0]);
}

function toRun(row: RunRow): LedgerRun {
  const { window_from: from, window_to: to } = row;
  return {
    runId: row.run_id,
    dataset: row.dataset,
    source: row.source,
    kind: row.kind,
    window: from === null || to === null ? null : { from: from.toISOString(), to: to.toISOString() },
    folder: row.folder,
    state: row.state,
    position: row.position,
    pages: row.pages,
    bytes: row.bytes,
    fencingToken: row.fencing_token,
    attempts: row.attempts,
    waitsSince: row.waits_since,
    parallel: row.parallel,
    error: row.error,
    plannedAt: row.planned_at,
    dueAt: row.due_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    skippedFrom: row.skipped_from,
  };
}
