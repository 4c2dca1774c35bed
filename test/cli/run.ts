/** Runs the built command as a user would. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const main = join(root, 'dist/cli/main.js');

export interface CommandRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * `landfall ARGS…` in `cwd` with only `env` (and what Node needs) set, and the examples of one dataset,
 * unless LANDFALL_DATASETS says otherwise.
 */
export function landfall(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: options.cwd,
      NO_COLOR: '1',
      LANDFALL_DATASETS: 'example:trips,example:citibike,example:checkins',
      ...options.env,
    };
    const child = spawn(process.execPath, [main, ...args], {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
