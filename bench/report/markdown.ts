/** Writes bench/REPORT.md: what was measured, how, and how to repeat it. */

import { bytes, count } from '../../cli/terminal/format.ts';
import { plural } from '../../platform/plural.ts';
import { contests } from '../contests/index.ts';
import type { Measure } from '../rounds/contest.ts';
import type { Outcome } from '../rounds/outcome.ts';
import { goalText, valueText } from '../rounds/print.ts';
import type { Result } from '../rounds/rounds.ts';
import { boundsSection } from './bounds.ts';
import { largestIngest, type Plots } from './plots.ts';
import { headline, type NamedReport, type Results } from './results.ts';

/** `plots`: the plots that were written. The report shows only these. */
export function reportDocument(results: Results, plots: Plots): string {
  const { runs } = results;
  const parts = [head(), goals(results)];
  if (plots['ratios.svg'] !== undefined) parts.push('![Ratios](plots/ratios.svg)');
  parts.push(losses(results), boundsSection(results));
  for (const run of runs) parts.push(runSection(run, plots));
  parts.push(method());
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function head(): string {
  return `# Bench report

Written by \`npm run bench:report\` from the raw results in [bench/results](results). Every figure is a ratio, or a median of rounds that alternated between the sides. The row counts and sums of every side were checked. A side that did not reconcile has no rate.`;
}

function goals({ runs }: Results): string {
  const rows = contests.flatMap(({ letter, what }) => {
    const found = headline(runs, letter);
    if (found === null) return [`| ${letter} | ${what} | not run | | | |`];
    const { run, outcome } = found;
    if (outcome.error !== undefined)
      return [`| ${letter} | ${what} | no rate: ${oneLine(outcome.error)} | | | |`];
    return outcome.measures.map(
      (measure, index) =>
        `| ${index === 0 ? letter : ''} | ${index === 0 ? `${what}<br>` : ''}${measure.name} | ${valueText(measure.value, measure.unit)} | ${measure.goal === null ? '' : goalText(measure.goal, measure.unit)} | ${mark(measure.met)} | ${sizeOf(outcome, run)} |`,
    );
  });
  return `## The goals

| | what | measured | goal | | at --rows |
|---|---|---|---|---|---|
${rows.join('\n')}`;
}

function mark(met: boolean | null): string {
  return met === null ? '' : met ? 'met' : '**missed**';
}

/** The size of a run, with a note if it is smaller than the size that the goal was set for. */
function sizeOf(outcome: Outcome, run: NamedReport): string {
  return `${count(outcome.rows)}${outcome.atGoalSize ? '' : ' (the goal is for more)'}, ${plural(run.rounds, 'round')}`;
}

/** The contests that Landfall loses and the goals that it misses. */
function losses({ runs }: Results): string {
  const lines = contests.flatMap(({ letter }) => {
    const found = headline(runs, letter);
    if (found === null) return [];
    return found.outcome.measures
      .filter((measure) => measure.met === false || isSlower(measure))
      .map((measure) => {
        const value = valueText(measure.value, measure.unit);
        const goal = measure.goal === null ? '' : ` (goal ${goalText(measure.goal, measure.unit)})`;
        const slower = isSlower(measure) ? '; the other side is faster' : '';
        return `- ${letter}: ${measure.name}: ${value}${goal}${slower}`;
      });
  });
  return lines.length === 0 ? '' : `## What Landfall loses or misses\n\n${lines.join('\n')}`;
}

/** Of ratios of rates; those of costs are better below 1. */
function isSlower({ name, unit, value }: Pick<Measure, 'name' | 'unit' | 'value'>): boolean {
  return unit === 'ratio' && /rate/.test(name) && value < 1;
}

function runSection(run: NamedReport, plots: Plots): string {
  const { machine, versions } = run;
  const settings = Object.entries(run.serverSettings).map(([name, value]) => `${name} = ${value}`);
  const parts = [
    `## ${count(run.rows)} trips, ${plural(run.rounds, 'round')} ([${run.file}.json](results/${run.file}.json))`,
    `\`${run.command}\`, ${run.at.slice(0, 10)}`,
    `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)} of memory, ${machine.system}. ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}. Server: ${settings.join(', ')}.`,
    ...run.contests.map((outcome) => contestSection(outcome, run)),
    ...ingestPlots(run, plots),
    peersTable(run),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function contestSection(outcome: Outcome, run: NamedReport): string {
  const title = `### ${outcome.letter}: ${outcome.what}`;
  if (outcome.error !== undefined) return `${title}\n\nNo rate: ${oneLine(outcome.error)}`;
  const sides = outcome.sides.map((name) => run.sides.find((side) => side.name === name)!);
  const measures = outcome.measures.map(({ name, value, unit, goal, met }) => {
    const wanted =
      goal === null ? '' : ` (goal ${goalText(goal, unit)}${met === null ? '' : met ? ', met' : ', missed'})`;
    return `${name}: **${valueText(value, unit)}**${wanted}`;
  });
  return `${title}

What is measured: ${outcome.inside}.

| side | rows | median s | each round, s | rows/s | CPU s, median | server's part of it |
|---|---|---|---|---|---|---|
${sides.map(sideRow).join('\n')}

${measures.join('; ')}.`;
}

function sideRow({ name, rows, rounds, medianSeconds }: Result): string {
  const middle = (of: (round: Result['rounds'][number]) => number | undefined) => {
    const values = rounds.map(of).filter((value): value is number => typeof value === 'number');
    values.sort((a, b) => a - b);
    return values.length === 0 ? '' : values[values.length >> 1].toFixed(2);
  };
  const all = rounds.map((round) => round.seconds.toFixed(2)).join(' ');
  const cpu = middle(({ cpuSeconds, serverCpuSeconds }) =>
    cpuSeconds === undefined ? undefined : cpuSeconds + (serverCpuSeconds ?? 0),
  );
  const server = middle(({ serverCpuSeconds }) => serverCpuSeconds);
  return `| ${name.replaceAll('|', '\\|')} | ${count(rows)} | ${medianSeconds.toFixed(2)} | ${all} | ${count(rows / medianSeconds)} | ${cpu} | ${server} |`;
}

function ingestPlots(run: NamedReport, plots: Plots): string[] {
  const ingest = largestIngest(run);
  if (ingest === null || plots[`${run.file}-rows.svg`] === undefined) return [];
  const { round } = ingest;
  const detail = round.detail as { starBytes: number; lakeBytes: number; parts: number; chunks: number };
  return [
    `### The largest ingest of this run over time

This is the round with the median time: ${round.seconds.toFixed(1)} s, ${count(detail.chunks)} chunks, ${count(detail.parts)} parts, star ${bytes(detail.starBytes)}, lake ${bytes(detail.lakeBytes)}. Rows over time follow the commit times in the ledger. Memory and CPU were read from /proc. PostgreSQL's processes are shown as one line.

![Rows over time](plots/${run.file}-rows.svg)
![Memory over time](plots/${run.file}-memory.svg)
![CPU over time](plots/${run.file}-cpu.svg)`,
  ];
}

function peersTable({ peers }: NamedReport): string {
  if (peers.length === 0) return '';
  const rows = peers.map(({ name, version, does, rows, rowsPerSecond, scaled, error }) => {
    const rate = rowsPerSecond === null ? oneLine(error ?? 'failed') : count(rowsPerSecond);
    const sample = scaled && rowsPerSecond !== null ? `a sample of ${count(rows)} rows, scaled` : '';
    return `| ${name} | ${version ?? ''} | ${does} | ${rate} | ${sample} |`;
  });
  return `### Peers

The tools do different work: each does only what its column says.

| tool | version | what it does | rows/s | |
|---|---|---|---|---|
${rows.join('\n')}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 300);
}

function method(): string {
  return `## How it is measured

- **One machine, one server.** Landfall's embedded PostgreSQL, or the server of DATABASE_URL, serves every side of a run. Its settings are in the results.
- **Same conditions.** Each turn of a side starts with a checkpoint, a \`sync\` and one read of its input, which fills the page cache as far as it can. Star, lake, ledger and flat tables are dropped after each turn.
- **Alternating.** Sides take turns within a round, and the order is reversed each time. Medians of the rounds are compared.
- **Fixed costs count.** Landfall's time is that of its whole process: Node, the coordinator, two workers, their connections, the scan, the receipt and the stop. The start of psql counts too.
- **Checked.** DuckDB adds up each trips file with its own CSV reader: rows, cells, seconds, degrees, letters. Star and lake must have the same sums in every round, and the flat table must hold every byte of the file. Bike rides and visits have their own sums.
- **CPU time.** It is read from /proc: exact for the whole tree of a command and for the server's processes, sampled for each worker. Unlike wall time, it hardly changes when the machine has other work.
- **DuckDB twice.** Its time for points depends on the query: \`regexp_extract\`, with which the goals were set, or \`string_split\`, the fastest form that we have found. Both are shown.
- **Raw results.** bench/results has every round and every sample.

\`npm run bench\` takes about two minutes. \`npm run bench -- --only all --rows 10000000 --rounds 5 --peers --out bench/results/10m.json\` measures everything. \`npm run bench:report\` writes this page.`;
}
