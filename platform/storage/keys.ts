/** Keys are names of objects relative to the root of a store. */
import { sep } from 'node:path';
import { LandfallError } from '../errors/errors.ts';

/**
 * Rejects a key that could escape its store: one that is empty or absolute, contains `.`, `..` or nothing between
 * slashes, or contains NUL, or a backslash where it separates folders.
 * @throws LandfallError LF_KEY_OUTSIDE
 */
export function checkKey(key: string, store: string): void {
  const segments = key.split('/');
  const odd = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (odd || (sep === '\\' && key.includes(sep)) || key.includes('\0')) {
    throw new LandfallError('LF_KEY_OUTSIDE', { key: JSON.stringify(key), store });
  }
}

/** Checks a prefix, which is the beginning of a key: it may be empty, and may end anywhere. */
export function checkPrefix(prefix: string, store: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix, store);
}
