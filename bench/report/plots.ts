/** The plots of a report, as SVG by the name of the file. */

import type { Series } from '../processes/sampler.ts';
import { valueText } from '../rounds/print.ts';
import type { Measurement, Result } from '../rounds/rounds.ts';
import { type Costs, predict, type Site } from './model.ts';
import { headline, type NamedReport, type QueueRun, type Results } from './results.ts';
import { barChart, type Line, lineChart, short } from './svg.ts';

export type Plots = Record<string, string>;

/** The window over which CPU time is averaged, in seconds. */
const windowSeconds = 1;

interface IngestDetail {
  readonly curve: readonly (readonly [number, number])[];
  readonly series: readonly Series[];
}

/** The largest ingest of a run, in the round with the median time. */
export function largestIngest(
  run: NamedReport,
): { side: Result; round: Measurement; detail: IngestDetail } | null {
  const sides = run.sides.filter(({ rounds }) => rounds[0]?.detail?.curve !== undefined);
  if (sides.length === 0) return null;
  const side = sides.reduce((best, one) => (one.rows > best.rows ? one : best));
  const sorted = [...side.rounds].sort((a, b) => a.seconds - b.seconds);
  const round = sorted[sorted.length >> 1];
  return { side, round, detail: round.detail as unknown as IngestDetail };
}

/** Contests that compare two ways of the same load, whose course others show. */
const comparisons = 'pruz';

/** Rows, memory and CPU over time of a run's largest ingest. */
export function runPlots(run: NamedReport): Plots {
  if (run.contests.every(({ letter }) => comparisons.includes(letter))) return {};
  const ingest = largestIngest(run);
  if (ingest === null) return {};
  const { side, detail } = ingest;
  const rows = side.rows.toLocaleString('en');
  const seconds = { title: 'seconds since the command was started' };
  const curve: Line = { name: 'rows committed', points: steps(detail.curve) };
  const memory = detail.series
    .filter(({ role }) => role !== 'postgres')
    .map(
      ({ name, seconds: at, memoryBytes }): Line => ({
        name,
        points: zip(at, memoryBytes, (value) => value / 2 ** 20),
      }),
    );
  const cpu = detail.series.map(
    ({ name, seconds: at, cpuSeconds }): Line => ({ name, points: coresInUse(at, cpuSeconds) }),
  );
  return {
    [`${run.file}-rows.svg`]: lineChart(`Rows over time, ${rows} rows`, [curve], seconds, { title: 'rows' }),
    [`${run.file}-memory.svg`]: lineChart(`Memory of each process, ${rows} rows`, memory, seconds, {
      title: 'MiB resident',
    }),
    [`${run.file}-cpu.svg`]: lineChart(`CPU of each process, ${rows} rows`, cpu, seconds, {
      title: 'cores in use',
    }),
  };
}

/** The ratios of all contests that have one, with their goals. */
export function ratioPlot({ runs }: Results): Plots {
  const bars = ['a', 'b', 'c', 'd', 'e', 'h', 'i', 'j', 'p', 'z'].flatMap((letter) => {
    const found = headline(runs, letter);
    if (found === null) return [];
    return found.outcome.measures
      .filter(({ unit }) => unit === 'ratio')
      .map(({ name, value, goal }) => ({
        name: `${letter}  ${name}`,
        value,
        text: valueText(value, 'ratio'),
        ...(goal !== null && 'atLeast' in goal && { goal: goal.atLeast }),
      }));
  });
  if (bars.length === 0) return {};
  return { 'ratios.svg': barChart('Ratios of rates (more is better)', bars, 'dashed: the goal') };
}

/** Chunks per second over the number of workers, with and without the ledger. */
export function queuePlot(runs: readonly QueueRun[]): Plots {
  const kinds = [
    { name: 'Redis', queue: 'redis', ledger: false },
    { name: 'Redis + ledger', queue: 'redis', ledger: true },
    { name: 'PostgreSQL', queue: 'postgres', ledger: false },
    { name: 'PostgreSQL + ledger', queue: 'postgres', ledger: true },
  ] as const;
  const lines = kinds
    .map(({ name, queue, ledger }): Line => {
      const chosen = runs.filter(
        (run) =>
          run.queue === queue && run.ledger === ledger && run.sleepMs === 0 && run.cutOff?.chunks !== 0,
      );
      return { name, points: chosen.map((run) => [run.workers, run.chunksPerSecond]) };
    })
    .filter(({ points }) => points.length > 1);
  if (lines.length === 0) return {};
  return {
    'queue.svg': lineChart(
      'Chunks per second that queue and ledger hand out, all on one machine',
      lines,
      { title: 'workers', log: true, format: short },
      { title: 'chunks per second' },
    ),
  };
}

/** Predicted rates over the number of workers, one line per site. */
export function scalingPlot(costs: Costs, sites: readonly Site[]): Plots {
  const counts = Array.from({ length: 41 }, (_, index) => 2 ** (index / 4));
  const lines = sites.map(
    (site): Line => ({
      name: site.name,
      dashed: true,
      points: counts.map((workers) => [workers, predict(costs, site, workers).rowsPerSecond]),
    }),
  );
  return {
    'scaling.svg': lineChart(
      'Rows per second predicted from the measured costs',
      lines,
      { title: 'workers, one core each', log: true, format: short },
      { title: 'rows per second', log: true, format: short },
    ),
  };
}

/** Points that form steps, because rows between two commits are not known. */
function steps(curve: IngestDetail['curve']): [number, number][] {
  let rows = 0;
  return [[0, 0], ...curve].flatMap(([at, then]): [number, number][] => {
    const before = rows;
    rows = then;
    return [
      [at, before],
      [at, then],
    ];
  });
}

function zip(x: readonly number[], y: readonly number[], of: (value: number) => number): [number, number][] {
  return x.map((at, index) => [at, of(y[index])]);
}

/** CPU time spent in each window, as cores. */
function coresInUse(at: readonly number[], cpuSeconds: readonly number[]): [number, number][] {
  const points: [number, number][] = [];
  let from = 0;
  for (let to = 1; to < at.length; to++) {
    if (at[to] - at[from] < windowSeconds) continue;
    points.push([at[to], Math.max(0, (cpuSeconds[to] - cpuSeconds[from]) / (at[to] - at[from]))]);
    from = to;
  }
  return points;
}
