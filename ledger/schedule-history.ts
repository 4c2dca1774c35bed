/** Schedules of sources: what they have been since when, and how far their windows are planned. */
import type pg from 'pg';
import { toJson } from './json.ts';
import { type Client, count, run } from './statements/run.ts';

/** A source of a dataset. */
export interface SourceName {
  readonly dataset: string;
  readonly source: string;
}

/** A schedule, as JSON, since an instant (ms); null: there was none. */
export interface NotedSchedule {
  readonly since: number;
  readonly schedule: unknown;
}

export interface SourceStanding extends SourceName {
  /** Oldest first. */
  readonly history: readonly NotedSchedule[];
  /** On the server's clock: the one by which all coordinators go. In ms. */
  readonly now: number;
  /**
   * The end of the last window that has a run, in ms. Runs of a backfill do not count, nor does one that a person asked
   * for and that failed: the next window covers its time.
   */
  readonly planned: number | null;
  /** Live runs that have not ended. */
  readonly waiting: number;
}

/** Holds a source until the transaction ends, and notes its schedule if it is another one than before. */
export async function noteSchedule(
  client: pg.ClientBase,
  { dataset, source }: SourceName,
  schedule: object | null,
): Promise<void> {
  await count(client, 'schedules/lock-source', [dataset, source]);
  const json = schedule === null ? null : toJson(schedule);
  await count(client, 'schedules/note-schedule', [dataset, source, json]);
}

/** In the order of the sources. */
export async function standingsOf(client: Client, sources: readonly SourceName[]): Promise<SourceStanding[]> {
  const names = [sources.map(({ dataset }) => dataset), sources.map(({ source }) => source)] as const;
  const edits = await run(client, 'schedules/history', [...names]);
  const standings = await run(client, 'schedules/standing', [...names]);
  return sources.map((one) => {
    const isOne = (row: SourceName) => row.dataset === one.dataset && row.source === one.source;
    const { now, planned, waiting } = standings.find(isOne)!;
    const history = edits.filter(isOne).map(({ since, schedule }) => ({ since: since.getTime(), schedule }));
    return { ...one, history, now: now.getTime(), planned: planned?.getTime() ?? null, waiting };
  });
}

/** Notes that the time before the window of a run is not caught up. */
export async function noteSkipped(client: Client, runId: number, from: Date): Promise<void> {
  await count(client, 'schedules/note-skipped', [runId, from]);
}

/** Sources that have a schedule, as the ledger knows. */
export async function scheduledSources(client: Client): Promise<SourceName[]> {
  return [...(await run(client, 'schedules/scheduled', []))];
}
