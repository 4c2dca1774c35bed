/** Tells processes apart by more than their number, which the system reuses. */
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * A name for a living process that no later process shares: its number and, on Linux, the moment it
 * started. Null when it is gone; a zombie counts as gone, since it holds nothing any more.
 */
export function processIdentity(pid: number): string | null {
  if (process.platform !== 'linux') return signalled(pid) ? String(pid) : null;
  try {
    // The command stands in parentheses and may hold anything; what follows the last one is regular.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${pid}.${fields[19]}`;
  } catch {
    return null;
  }
}

/** True while the process of this identity lives. */
export function isAlive(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return Number.isSafeInteger(pid) && pid > 0 && processIdentity(pid) === identity;
}

/**
 * True where the process's working directory is `folder` (a real path). A postmaster always works in
 * its data folder, so this tells ours from a stranger that got its number. Where the system cannot
 * say, the answer is true: PostgreSQL's own lock file then decides.
 */
export function worksIn(pid: number, folder: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return false;
  }
}

function signalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
