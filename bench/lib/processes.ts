/** Whole processes, timed from outside, and the memory peaks of their children (Linux's /proc). */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRun {
  readonly seconds: number;
  readonly stdout: string;
  /** Peak resident bytes of each process it started, by command line. Empty where /proc is missing. */
  readonly peaks: ReadonlyMap<number, { command: string; bytes: number }>;
}

/** Runs a command to its end; rejects with its standard error when it fails. */
export function runProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<ProcessRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const peaks = new Map<number, { command: string; bytes: number }>();
    const sampler = setInterval(() => samplePeaks(child.pid!, peaks), 200);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(sampler);
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, stdout, peaks });
      else
        reject(
          new Error(
            `${command} ${args.join(' ')} ended with ${code}\n${stderr.slice(-4000)}${stdout.slice(-2000)}`,
          ),
        );
    });
  });
}

/** Raises each descendant's peak to what the kernel has recorded for it (VmHWM). */
function samplePeaks(root: number, peaks: Map<number, { command: string; bytes: number }>): void {
  const parents = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1];
      if (parent) parents.set(Number(name), Number(parent));
    }
  } catch {
    return;
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || descends(parent));
  };
  for (const pid of parents.keys()) {
    if (!descends(pid)) continue;
    const kilobytes = Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const known = peaks.get(pid);
    if (kilobytes > 0)
      peaks.set(pid, {
        command: command || known?.command || '',
        bytes: Math.max(known?.bytes ?? 0, kilobytes * 1024),
      });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended between the listing and the look.
  }
}
