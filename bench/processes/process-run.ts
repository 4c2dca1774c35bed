/** Whole processes, timed from outside: their wall time and CPU time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { hasProc, processStat } from './proc.ts';

export interface ProcessRun {
  readonly seconds: number;
  /** Of the process and all below it; NaN where /proc is missing. */
  readonly cpuSeconds: number;
  readonly stdout: string;
}

/** A command that failed, with the end of its output. */
export class CommandError extends Error {}

/**
 * Runs a command to its end. Rejects with its standard error if it fails. This process must not wait for other
 * children meanwhile: the command's CPU time is computed from that of all children.
 */
export function runProcess(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; started?: (child: ChildProcess) => void } = {},
): Promise<ProcessRun> {
  return new Promise((resolve, reject) => {
    const cpuBefore = endedCpuSeconds();
    const started = performance.now();
    const { env = process.env, cwd } = options;
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr = (stderr + text).slice(-8000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) return resolve({ seconds, cpuSeconds: endedCpuSeconds() - cpuBefore, stdout });
      const said = `${stderr.slice(-4000)}${stdout.slice(-2000)}`;
      reject(new CommandError(`${command} ${args.join(' ')} ended with ${code}\n${said}`));
    });
    options.started?.(child);
  });
}

/** CPU time of all children of this process that have ended, including their own children. */
export function endedCpuSeconds(): number {
  return hasProc ? (processStat(process.pid)?.endedCpuSeconds ?? Number.NaN) : Number.NaN;
}
