/** Ends the processes that killed runs have left. Works on Linux only; elsewhere nothing is found. */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity } from '../../platform/database/embedded/processes.ts';
import { send } from './unit.ts';

/** The names of runs' folders begin with this. */
export const folderPrefix = 'landfall-soak-';

/** Records which process owns the folder. */
export function own(folder: string): void {
  writeFileSync(join(folder, 'owner'), processIdentity(process.pid) ?? '');
}

/** Ends all processes that work below folders of dead runs, and removes those folders. */
export function endStrays(below: string): void {
  for (const name of readdirSync(below).filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(below, name);
    const owner = join(folder, 'owner');
    if (!existsSync(owner) || isAlive(readFileSync(owner, 'utf8'))) continue;
    for (const pid of workingBelow(folder)) send(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The run has ended, and its folder is kept for inspection. */
export function disown(folder: string): void {
  rmSync(join(folder, 'owner'), { force: true });
}

/** Units, servers and commands of a run work in its folder or below it. */
function workingBelow(folder: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return cwd === folder || cwd.startsWith(`${folder}/`);
      } catch {
        return false;
      }
    });
}
