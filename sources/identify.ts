/** Decides from its name and kind alone what an entry of the landing folder is. */
import type { Stats } from 'node:fs';
import { LandfallError } from '../platform/errors/errors.ts';
import { stagingFolder } from '../platform/storage/folder.ts';
import type { DiscoverOptions } from './contract.ts';

export type Identity =
  /** A file of a known dataset. */
  | { readonly kind: 'take'; readonly dataset: string; readonly name: string }
  /** Left where it is, and reported with a hint. */
  | { readonly kind: 'leave'; readonly dataset: string; readonly name: string; readonly error: LandfallError }
  /** Not meant for Landfall: folders, unfinished downloads, hidden files. */
  | { readonly kind: 'ignore' };

/** The members of `fs.Stats` that tell an entry's kind. */
export type EntryKind = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

/** Names that programs give to files they have not finished writing. */
const unfinished = /(?:^\.|\.part$|\.tmp$|\.crdownload$|~$)/;

/** The folder of a dataset's landing folder in which its sources store what they fetch. */
export const fetchedFolder = '.fetched';

/** An ignored entry that has not changed for so long is told of, in ms: nobody is writing to it. */
export const ignoredMs = 60_000;

/** The most ignored entries that are told of. */
export const ignoredMost = 10_000;

/** True for hidden files and folders, and for names that programs give to files they are still writing. */
export function isIgnored(key: string): boolean {
  return key.split('/').some((segment) => unfinished.test(segment));
}

/** Whether a person is to be told that an entry is ignored. Folders of Landfall's own are not mentioned. */
export function isIgnoredUnknown(key: string): boolean {
  const [first, second] = key.split('/');
  return isIgnored(key) && first !== stagingFolder && second !== fetchedFolder;
}

/**
 * `key`: path relative to the landing folder, with `/`. The first segment is the dataset. The rest is the file's
 * name, which may contain folders.
 */
export function identify(
  key: string,
  kind: EntryKind,
  { knows, waits = () => null }: Pick<DiscoverOptions, 'knows' | 'waits'>,
): Identity {
  const outside = key.split('/').some((segment) => ['', '.', '..'].includes(segment));
  if ((isIgnored(key) && !outside) || kind.isDirectory()) return { kind: 'ignore' };
  const { dataset, name } = partsOf(key);
  const leave = (error: LandfallError): Identity => ({ kind: 'leave', dataset, name, error });
  if (outside) {
    const fault = 'has an empty part, `.` or `..` between its slashes';
    return leave(new LandfallError('LF_LANDING_NAME', { file: JSON.stringify(key), fault }));
  }
  if (kind.isSymbolicLink()) return leave(new LandfallError('LF_LANDING_LINK', { file: key }));
  if (!kind.isFile()) return leave(new LandfallError('LF_LANDING_KIND', { file: key }));
  if (dataset !== '' && knows(dataset)) return { kind: 'take', dataset, name };
  const reason = dataset === '' ? null : waits(dataset);
  if (reason !== null) return leave(new LandfallError('LF_LANDING_WAITS', { file: key, dataset, reason }));
  const where = dataset === '' ? 'directly in the landing folder' : `in landing/${dataset}`;
  return leave(new LandfallError('LF_LANDING_UNKNOWN', { file: key, where, command: initCommand(key) }));
}

/** A file or folder whose name is not UTF-8. `key`: as it is shown. */
export function misnamed(key: string): Identity & { kind: 'leave' } {
  const error = new LandfallError('LF_LANDING_NAME', { file: key, fault: 'is not UTF-8' });
  return { kind: 'leave', ...partsOf(key), error };
}

function partsOf(key: string): { dataset: string; name: string } {
  const slash = key.indexOf('/');
  return { dataset: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The command that writes a definition from the file, with the path quoted for a shell if necessary. */
function initCommand(key: string): string {
  const path = `landing/${key}`;
  return `landfall init ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
