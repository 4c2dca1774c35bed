/**
 * Finds entries of a folder whose names are not UTF-8. Node lists such a name with replacement characters (U+FFFD),
 * and nothing can be opened under it.
 */
import { lstatSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { sep } from 'node:path';

export interface Misnamed {
  /** With bytes that are not text as `\xE9`. */
  readonly name: string;
  readonly stats: Stats;
}

/** Whether a name, as Node lists it, may stand for one that is not UTF-8. A name may contain U+FFFD itself. */
export function mayBeMisnamed(name: string): boolean {
  return name.includes('\ufffd');
}

/** Throws the system's error if the folder cannot be listed. */
export async function misnamedIn(folder: string): Promise<Misnamed[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return names.flatMap((name) => {
    if (Buffer.from(name.toString('utf8')).equals(name)) return [];
    const path = Buffer.concat([Buffer.from(folder + sep), name]);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ name: shownName(name), stats }];
  });
}

/** The name with each byte that is not part of a character as `\xE9`. */
export function shownName(name: Uint8Array): string {
  let shown = '';
  for (let at = 0; at < name.length; ) {
    const length = [1, 2, 3, 4].find((count) => isCharacter(name.subarray(at, at + count), count));
    shown +=
      length === undefined
        ? `\\x${name[at].toString(16).toUpperCase().padStart(2, '0')}`
        : Buffer.from(name.subarray(at, at + length)).toString('utf8');
    at += length ?? 1;
  }
  return shown;
}

function isCharacter(bytes: Uint8Array, count: number): boolean {
  if (bytes.length < count) return false;
  const text = Buffer.from(bytes).toString('utf8');
  return [...text].length === 1 && Buffer.from(text).equals(bytes);
}
