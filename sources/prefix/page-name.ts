/** The identity of an object, and the name that its content gets in the landing folder. */
import { createHash } from 'node:crypto';

/** The identity: key and ETag, in 32 hex digits. An object that is replaced is another one. */
export function markOf(key: string, etag: string): string {
  return createHash('sha256').update(`${key}\0${etag}`).digest('hex').slice(0, 32);
}

/** Digits of the mark that a name shows. */
const shown = 12;
/** The most bytes of the key that a name shows: file systems have names of 255 bytes. */
const nameBytes = 180;

/** Ending of a name: of its format, and of its compression. */
const endings = /(?:\.[a-z0-9]{1,8})?(?:\.(?:gz|zip|zst|bz2|xz))?$/i;

/**
 * `2026/orders.json.gz` → `2026~orders~1f0c6f0b2d9a.json.gz`. Characters that a file system may refuse become `~`. Of
 * a long key the end stays.
 */
export function pageName(key: string, etag: string): string {
  const safe = key.replace(/[^\p{L}\p{N} ._+=@()-]/gu, '~').normalize('NFC');
  const ending = endings.exec(safe)![0];
  const stem = lastBytes(safe.slice(0, safe.length - ending.length), nameBytes).replace(/^[.~ ]+/, '');
  return `${stem || 'object'}~${markOf(key, etag).slice(0, shown)}${ending}`;
}

/** Cuts no character in two. */
function lastBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  let start = Math.max(bytes.length - most, 0);
  while (start > 0 && (bytes[start] & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString();
}
