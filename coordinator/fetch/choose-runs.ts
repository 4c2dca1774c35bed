/**
 * Decides which runs of sources start now. Of a source, live runs come one after another in the order of their windows;
 * so do those of the source that sweeps it, whichever is due first. The runs of a backfill come when no live run is due, as many at the same time as it says. They give way to one.
 */
import type { LedgerRun } from '../../ledger/runs.ts';

export type Waiting = Pick<LedgerRun, 'runId' | 'dataset' | 'source' | 'kind' | 'dueAt' | 'parallel'>;

export interface Choice<Run extends Waiting> {
  readonly start: readonly Run[];
  /** Runs of a backfill that are running while a live run of their source is due. */
  readonly giveWay: ReadonlySet<number>;
  /** When the next run is due that is not yet; null: none. */
  readonly nextDue: Date | null;
}

/**
 * `unended`: runs that have not ended, of each source and class in the order in which they come. `running`: numbers of
 * those that this coordinator is fetching. `most`: the most that run at the same time. `ownerOf`: the source whose turn
 * a run takes, its own or the one that it sweeps.
 */
export function chooseRuns<Run extends Waiting>(
  unended: readonly Run[],
  running: ReadonlySet<number>,
  now: Date,
  most: number,
  ownerOf: (run: Run) => string = ({ source }) => source,
): Choice<Run> {
  const start: Run[] = [];
  const giveWay = new Set<number>();
  let nextDue: Date | null = null;
  const isDue = (run: Run) => {
    if (run.dueAt <= now) return true;
    if (nextDue === null || run.dueAt < nextDue) nextDue = run.dueAt;
    return false;
  };
  for (const runs of bySource(unended, ownerOf)) {
    const live = runs.filter(({ kind }) => kind !== 'backfill');
    const backfill = runs.filter(({ kind }) => kind === 'backfill');
    const busy = backfill.filter(({ runId }) => running.has(runId));
    if (live.some(({ runId }) => running.has(runId))) continue;
    const next = firstOfEach(live).find(isDue);
    if (next !== undefined) {
      if (busy.length === 0) start.push(next);
      else for (const { runId } of busy) giveWay.add(runId);
      continue;
    }
    const ready = backfill.filter((run) => !running.has(run.runId) && isDue(run));
    const parallel = Math.max(1, ...backfill.map((run) => run.parallel));
    start.push(...ready.slice(0, Math.max(0, parallel - busy.length)));
  }
  // Live runs of all sources before any backfill.
  start.sort((a, b) => Number(a.kind === 'backfill') - Number(b.kind === 'backfill'));
  return { start: start.slice(0, Math.max(0, most - running.size)), giveWay, nextDue };
}

function bySource<Run extends Waiting>(runs: readonly Run[], ownerOf: (run: Run) => string): Run[][] {
  const sources = new Map<string, Run[]>();
  for (const run of runs) {
    const key = `${run.dataset}/${ownerOf(run)}`;
    sources.set(key, [...(sources.get(key) ?? []), run]);
  }
  return [...sources.values()];
}

/** The first run of each source, the one that has waited longest before the others. */
function firstOfEach<Run extends Waiting>(runs: readonly Run[]): Run[] {
  const firsts = runs.filter(({ source }, i) => runs.findIndex((run) => run.source === source) === i);
  return firsts.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}
