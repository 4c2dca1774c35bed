/** Keys: names of objects relative to a store's root. */
import { LandfallError } from '../errors.ts';

/**
 * Refuses a key that could lead out of its store or mean different things on different systems:
 * empty, absolute, with `.`, `..` or nothing between slashes, with a backslash or NUL.
 * @throws LandfallError LF_KEY_OUTSIDE
 */
export function checkKey(key: string, store: string): void {
  const segments = key.split('/');
  const odd = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (odd || key.includes('\\') || key.includes('\0')) {
    throw new LandfallError('LF_KEY_OUTSIDE', { key: JSON.stringify(key), store });
  }
}

/** A prefix is the beginning of a key: it may be empty or end anywhere. */
export function checkPrefix(prefix: string, store: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix, store);
}
