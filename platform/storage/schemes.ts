/**
 * The addresses of stores and of their objects, by scheme. No other module parses an address.
 *
 *             store                           object
 *   folder    /absolute/path (also file:///)  file:///absolute/path/key, percent-encoded
 *   s3        s3://bucket/prefix              s3://bucket/prefix/key
 *
 * A new scheme does not compile until it has every member here, and an entry in each table by scheme (index.ts,
 * sources/landing.ts).
 */
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export type Scheme = 'folder' | 's3';

interface Addresses {
  /** Normalises the address of a store for the settings. Null if it is not one. Relative paths start at `folder`. */
  normalise(text: string, folder: string): string | null;
  /** A store with this name next to another one. */
  beside(url: string, name: string): string;
  /** Whether a store is equal to another one or inside it. */
  isWithin(inner: string, outer: string): boolean;
  objectUrl(store: string, key: string): string;
  /** The key of an object in the store. */
  keyOf(store: string, url: string): string;
  /** The store that directly contains an object, and the object's key in it. */
  split(url: string): { readonly store: string; readonly key: string };
}

const bucketAddress = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[^/]+)*)\/?$/i;

const schemes: Record<Scheme, Addresses> = {
  folder: {
    normalise(text, folder) {
      if (/^file:\/\/\//i.test(text)) return fileURLToPath(text);
      return text === '' || /^[a-z][a-z0-9+.-]+:/i.test(text) ? null : resolve(folder, text);
    },
    beside: (url, name) => join(dirname(url), name),
    isWithin(inner, outer) {
      const path = relative(outer, inner);
      return path === '' || !(path === '..' || path.startsWith('../') || path.startsWith('/'));
    },
    objectUrl: (store, key) => pathToFileURL(join(store, key)).href,
    keyOf: (store, url) => fileURLToPath(url).slice(store.length + 1),
    split(url) {
      const path = fileURLToPath(url);
      return { store: dirname(path), key: basename(path) };
    },
  },
  s3: {
    normalise(text) {
      const match = bucketAddress.exec(text);
      return match ? `s3://${match[1]}${match[2]}` : null;
    },
    beside(url, name) {
      const [bucket, ...prefix] = url.slice('s3://'.length).split('/');
      return `s3://${posix.join(bucket, ...prefix.slice(0, -1), name)}`;
    },
    isWithin: (inner, outer) => `${inner}/`.startsWith(`${outer}/`),
    objectUrl: (store, key) => `${store}/${key}`,
    keyOf: (store, url) => url.slice(store.length + 1),
    split(url) {
      const at = url.lastIndexOf('/');
      return { store: url.slice(0, at), key: url.slice(at + 1) };
    },
  },
};

/** The scheme of an address, in any form. */
export function schemeOf(url: string): Scheme {
  return /^s3:/i.test(url) ? 's3' : 'folder';
}

/** The functions for the scheme of an address. */
export function addressesOf(url: string): Addresses {
  return schemes[schemeOf(url)];
}

/** Whether one store is equal to another one or inside it. False for stores of different schemes. */
export function isWithin(inner: string, outer: string): boolean {
  return schemeOf(inner) === schemeOf(outer) && addressesOf(outer).isWithin(inner, outer);
}
