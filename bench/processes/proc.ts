/** Reads about processes from /proc, on Linux only. Elsewhere everything is empty, and the bench says so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const hasProc = existsSync('/proc/self/stat');

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of its own. */
  readonly cpuSeconds: number;
  /** The same for its children that have ended and were waited for, including their own. */
  readonly endedCpuSeconds: number;
  readonly rssBytes: number;
}

/** Ticks of a second in /proc/<pid>/stat: USER_HZ, which is 100 on every Linux that runs Node. */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** Null when the process is gone. */
export function processStat(pid: number): ProcessStat | null {
  const text = read(`/proc/${pid}/stat`);
  // The command is in parentheses, and may itself contain parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 22) return null;
  const ticks = (at: number) => Number(fields[at]) / TICKS;
  return {
    pid,
    parent: Number(fields[1]),
    cpuSeconds: ticks(11) + ticks(12),
    endedCpuSeconds: ticks(13) + ticks(14),
    rssBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

/** The peak resident size of the process (VmHWM); 0 if it has ended. */
export function peakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Resident bytes that it does not share: the processes of a server all map the same buffers. */
export function privateBytes(pid: number): number {
  const [, resident, shared] = read(`/proc/${pid}/statm`).split(' ').map(Number);
  return Math.max(0, (resident || 0) - (shared || 0)) * PAGE_BYTES;
}

export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** All processes below `root`, excluding `root`. */
export function descendants(root: number): number[] {
  const children = childrenOf(root);
  return children.flatMap((pid) => [pid, ...descendants(pid)]);
}

function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task`;
  let tasks: string[];
  try {
    tasks = readdirSync(path);
  } catch {
    return [];
  }
  return tasks.flatMap((task) =>
    read(`${path}/${task}/children`)
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}

/** CPU time of a process and of everything below it, alive or ended. It never goes down while it lives. */
export function treeCpuSeconds(root: number): number {
  return [root, ...descendants(root)].reduce((sum, pid) => {
    const stat = processStat(pid);
    return sum + (stat === null ? 0 : stat.cpuSeconds + stat.endedCpuSeconds);
  }, 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended after it was listed.
  }
}
