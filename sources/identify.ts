/** Decides, from its name and kind alone, what an entry of the landing folder is. */
import type { Stats } from 'node:fs';
import { LandfallError } from '../platform/errors/errors.ts';
import type { DiscoverOptions } from './contract.ts';

export type Identity =
  /** A file of a known dataset. */
  | { readonly kind: 'take'; readonly dataset: string; readonly name: string }
  /** Left where it is, and reported with what would help. */
  | { readonly kind: 'leave'; readonly dataset: string; readonly name: string; readonly error: LandfallError }
  /** Not meant for us: folders, unfinished downloads, hidden files. */
  | { readonly kind: 'ignore' };

/** What names an entry's kind: the part of `fs.Stats` that is asked. */
export type EntryKind = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

/** Names under which programs write what they have not finished. */
const unfinished = /(?:^\.|\.part$|\.tmp$|\.crdownload$|~$)/;

/** True for hidden files and folders and for names that programs give to what they are still writing. */
export function isIgnored(key: string): boolean {
  return key.split('/').some((segment) => unfinished.test(segment));
}

/**
 * `key`: path below the landing folder, with `/`. The first segment is the dataset, the rest the file's
 * name, which may have folders in it.
 */
export function identify(
  key: string,
  kind: EntryKind,
  { knows, waits = () => null }: Pick<DiscoverOptions, 'knows' | 'waits'>,
): Identity {
  if (isIgnored(key) || kind.isDirectory()) return { kind: 'ignore' };
  const slash = key.indexOf('/');
  const dataset = slash < 0 ? '' : key.slice(0, slash);
  const name = key.slice(slash + 1);
  const leave = (error: LandfallError): Identity => ({ kind: 'leave', dataset, name, error });
  if (kind.isSymbolicLink()) return leave(new LandfallError('LF_LANDING_LINK', { file: key }));
  if (!kind.isFile()) return leave(new LandfallError('LF_LANDING_KIND', { file: key }));
  if (dataset !== '' && knows(dataset)) return { kind: 'take', dataset, name };
  const reason = dataset === '' ? null : waits(dataset);
  if (reason !== null) return leave(new LandfallError('LF_LANDING_WAITS', { file: key, dataset, reason }));
  const where = dataset === '' ? 'directly in the landing folder' : `in landing/${dataset}`;
  return leave(new LandfallError('LF_LANDING_UNKNOWN', { file: key, where, command: initCommand(key) }));
}

/** The command that writes a definition from the file, quoted for a shell where it needs to be. */
function initCommand(key: string): string {
  const path = `landing/${key}`;
  return `landfall init ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
