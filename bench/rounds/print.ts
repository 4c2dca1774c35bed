/** A run in the terminal: results on standard output, progress on standard error. */
import { bytes, count } from '../../cli/terminal/format.ts';
import type { Goal, Measure } from './contest.ts';
import type { Outcome, Report } from './outcome.ts';

export function printHead({ machine, versions, rows, rounds }: Report): void {
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}; Node ${versions.node}; ${versions.postgres}; ` +
      `DuckDB ${versions.duckdb}; ${count(rows)} trips, ${rounds} rounds, medians\n`,
  );
}

export function printContest(outcome: Outcome, report: Report): void {
  const { letter, what, atGoalSize, error } = outcome;
  process.stdout.write(`\n${letter}  ${what}\n`);
  if (error !== undefined) {
    process.stdout.write(`   no rate: ${error}\n`);
    return;
  }
  for (const name of outcome.sides) {
    const side = report.sides.find((one) => one.name === name)!;
    const cpu = side.rounds.map(({ cpuSeconds = 0, serverCpuSeconds = 0 }) => cpuSeconds + serverCpuSeconds);
    process.stdout.write(
      `   ${name.padEnd(68)} ${side.medianSeconds.toFixed(2).padStart(8)} s ` +
        `${count(side.rows / side.medianSeconds).padStart(11)} rows/s  ${Math.min(...cpu).toFixed(1)} s CPU\n`,
    );
  }
  for (const measure of outcome.measures) {
    const goal =
      measure.goal === null
        ? ''
        : `  (goal ${goalText(measure.goal, measure.unit)}${atGoalSize ? '' : ', which is for more rows'})`;
    process.stdout.write(
      `   ${measure.name}: ${valueText(measure.value, measure.unit)}${goal}${mark(measure)}\n`,
    );
  }
}

function mark({ met }: { met: boolean | null }): string {
  return met === null ? '' : met ? '  ✓' : '  ✗';
}

export function valueText(value: number, unit: Measure['unit']): string {
  switch (unit) {
    case 'ratio':
      return value.toFixed(2);
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
    case 'bytes':
      return `${Math.round(value / 1024 / 1024)} MiB`;
    case 'milliseconds':
      return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
    case 'seconds':
      return `${value.toFixed(1)} s`;
    case 'µs a row':
      return `${value.toFixed(2)} µs a row`;
    case 'files a second':
      return `${Math.round(value)} files/s`;
  }
}

export function goalText(goal: Goal, unit: Measure['unit']): string {
  return 'atLeast' in goal ? `≥ ${goalValue(goal.atLeast, unit)}` : `≤ ${goalValue(goal.atMost, unit)}`;
}

/** A goal as text, without trailing zeros. */
function goalValue(value: number, unit: Measure['unit']): string {
  return unit === 'ratio' ? String(value) : unit === 'share' ? `${value * 100} %` : valueText(value, unit);
}
