/** The cost of a small file, and the number of files per second that the cores of the machine allow. */
import { median, type Result } from '../rounds/rounds.ts';
import { headline, type Results } from './results.ts';

interface FileDetail {
  readonly files: number;
  readonly partsOfFile: number;
  readonly newFileMicroseconds: number;
}

/** Empty without a run of contest j that has the cost of the parts. */
export function manyFilesBound({ runs }: Pick<Results, 'runs'>): string {
  const found = headline(runs, 'j');
  if (found === null || found.outcome.error !== undefined) return '';
  const { run, outcome } = found;
  const side = run.sides.find(({ name }) => outcome.sides.includes(name) && name.startsWith('landfall up'));
  const detail = side?.rounds[0]?.detail as Partial<FileDetail> | undefined;
  if (side === undefined || detail?.files === undefined) return '';
  const perFile = (of: (round: Result['rounds'][number]) => number) =>
    (median(side.rounds.map(of)) / detail.files!) * 1000;
  const coordinator = perFile(({ coordinatorCpuSeconds = Number.NaN }) => coordinatorCpuSeconds);
  const workers = perFile(({ cpuSeconds = Number.NaN }) => cpuSeconds) - coordinator;
  const server = perFile(({ serverCpuSeconds = Number.NaN }) => serverCpuSeconds);
  const wall = perFile(({ seconds }) => seconds);
  const all = coordinator + workers + server;
  const { cores } = run.machine;
  const making = median(
    side.rounds.map((round) => (round.detail as unknown as FileDetail).newFileMicroseconds),
  );
  const parts = detail.partsOfFile!;
  return `## Goal j: where the time of a small file goes

| | CPU ms per file |
|---|---|
| coordinator: seen, noted, planned, reconciled, archived | ${coordinator.toFixed(2)} |
| workers: parsed, ${parts.toFixed(1)} parts encoded, written, synced and renamed, rows sent | ${workers.toFixed(2)} |
| server: facts, dimensions, rollups, ledger, manifest, queue | ${server.toFixed(2)} |
| all | ${all.toFixed(2)} |

At this cost, ${cores} cores that never wait load ${Math.round((1000 * cores) / all)} files per second. A file took ${wall.toFixed(2)} ms of wall time, so the cores were busy ${Math.round((all / (wall * cores)) * 100)} % of the time. A file of 25 trips goes to ${parts.toFixed(1)} partitions. Each part is a file with a footer and an fsync, and a row of the manifest with three indexes, however small the file is. Creating an empty file took ${making.toFixed(0)} µs of CPU on the lake's disk, ${((making * parts) / 1000).toFixed(2)} ms for the parts of one file. ext4 skips inodes that were freed within the last minutes, one by one. So creating a file takes many times as long where thousands of files have just been deleted: do not repeat this on a disk on which others delete files.`;
}
