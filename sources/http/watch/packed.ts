/** Looks into a page that is a compressed file: gzip is unpacked as it streams by, what is in another is not known. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';
import { type Compression, compressionOf } from '../../../platform/storage/unpack/index.ts';
import { ContentFault, type PageWatch, type Watched } from './contract.ts';

export type Packing = 'gz' | 'zip' | 'zst' | 'bz2' | 'xz' | null;

const packings: Readonly<Record<Compression, Packing>> = {
  gzip: 'gz',
  zip: 'zip',
  zstd: 'zst',
  bzip2: 'bz2',
  xz: 'xz',
};

/** How a page that begins with these bytes (of its first `magicBytes`) is compressed, as the ending of its name says it. */
export function packingOf(start: Uint8Array): Packing {
  const compression = compressionOf(start);
  // A zip without entries is watched as it is: it has no records, so it ends the pages.
  if (compression === null || (compression === 'zip' && start[2] === 5)) return null;
  return packings[compression];
}

/** Feeds a watch with what a page contains. */
export interface Unpacking {
  feed(bytes: Uint8Array): Promise<void>;
  end(): Promise<Watched>;
  /** Frees what it holds, if the page is given up. */
  close(): void;
}

export function unpackInto(watch: PageWatch, packing: Packing): Unpacking {
  if (packing === null)
    return { feed: async (bytes) => watch.feed(bytes), end: async () => watch.end(), close: () => {} };
  return packing === 'gz' ? gunzipInto(watch, createGunzip()) : sealed();
}

function gunzipInto(watch: PageWatch, gunzip: Gunzip): Unpacking {
  let fault: unknown = null;
  gunzip.on('data', (bytes: Uint8Array) => {
    try {
      if (fault === null) watch.feed(bytes);
    } catch (error) {
      fault = error;
    }
  });
  gunzip.on('error', (error) => {
    fault ??= new ContentFault(`it cannot be unpacked (${error.message})`);
  });
  const check = () => {
    if (fault !== null) throw fault;
  };
  return {
    async feed(bytes) {
      check();
      if (!gunzip.write(bytes) && !gunzip.destroyed)
        await Promise.race([once(gunzip, 'drain'), closed(gunzip)]);
      check();
    },
    async end() {
      check();
      gunzip.end();
      if (!gunzip.readableEnded && !gunzip.destroyed)
        await Promise.race([once(gunzip, 'end'), closed(gunzip)]);
      check();
      return watch.end();
    },
    close: () => void gunzip.destroy(),
  };
}

function closed(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => void gunzip.once('close', resolve));
}

function sealed(): Unpacking {
  const hash = createHash('sha256');
  return {
    feed: async (bytes) => void hash.update(bytes),
    end: async () => ({ records: null, hash: hash.digest('hex'), values: new Map() }),
    close: () => {},
  };
}
