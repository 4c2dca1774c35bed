/** The account that the embedded server runs as. PostgreSQL refuses to run as root, so root needs another one. */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LandfallError } from '../../errors/errors.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Preferred first. `postgres` is made for this; `nobody` is on every system. */
const candidates = ['postgres', 'nobody', 'daemon'];

/**
 * The account to run the server under, or null to run it as ourselves.
 * The account must be in the user list, where PostgreSQL looks up its own name.
 * @throws LandfallError LF_EMBEDDED_ACCOUNT when we are root and there is no other account.
 */
export function serverAccount(passwdPath = '/etc/passwd'): Account | null {
  if (process.getuid?.() !== 0) return null;
  let accounts: Account[] = [];
  try {
    accounts = parsePasswd(readFileSync(passwdPath, 'utf8'));
  } catch (cause) {
    throw new LandfallError('LF_EMBEDDED_ACCOUNT', { reason: `${passwdPath} cannot be read` }, { cause });
  }
  for (const name of candidates) {
    const found = accounts.find((account) => account.name === name && account.uid > 0);
    if (found) return found;
  }
  const anyone = accounts.find((account) => account.uid > 0);
  if (!anyone) throw new LandfallError('LF_EMBEDDED_ACCOUNT', { reason: `${passwdPath} names nobody else` });
  return anyone;
}

function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Whether the account can reach `path` (an absolute real path): pass through every folder above it,
 * and read it (and, for a folder, pass through it). Goes by mode bits alone.
 */
export function canReach(account: Account, path: string): boolean {
  try {
    const stat = statSync(path);
    if (!allows(account, stat, stat.isDirectory() ? 5 : 4)) return false;
    for (let folder = dirname(path), last = path; folder !== last; last = folder, folder = dirname(folder)) {
      if (!allows(account, statSync(folder), 1)) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** `wanted` is a sum of 4 (read), 2 (write) and 1 (execute, pass through). */
function allows(account: Account, stat: { mode: number; uid: number; gid: number }, wanted: number): boolean {
  const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
  return ((stat.mode >> shift) & wanted) === wanted;
}
