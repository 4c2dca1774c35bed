/** Keys: names of objects relative to a store's root. */
import { sep } from 'node:path';
import { LandfallError } from '../errors/errors.ts';

/**
 * Refuses a key that could escape its store: empty, absolute, with `.`, `..` or nothing between slashes,
 * with a NUL, or with a backslash where that divides folders.
 * @throws LandfallError LF_KEY_OUTSIDE
 */
export function checkKey(key: string, store: string): void {
  const segments = key.split('/');
  const odd = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (odd || (sep === '\\' && key.includes(sep)) || key.includes('\0')) {
    throw new LandfallError('LF_KEY_OUTSIDE', { key: JSON.stringify(key), store });
  }
}

/** A prefix is the beginning of a key: it may be empty or end anywhere. */
export function checkPrefix(prefix: string, store: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix, store);
}
