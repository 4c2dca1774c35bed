import { median, type Result } from './rounds.ts';

/** CPU time of a side's processes and of the server, in microseconds a row, from the median. NaN if it cannot be seen. */
export function microsOfCpu({ rows, rounds }: Result): number {
  const seconds = rounds.map(
    ({ cpuSeconds = Number.NaN, serverCpuSeconds = Number.NaN }) => cpuSeconds + serverCpuSeconds,
  );
  return (median(seconds) / rows) * 1e6;
}
