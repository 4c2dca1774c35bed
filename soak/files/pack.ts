/** Compresses contents outside the event loop, which the servers' traffic passes through. */
import { promisify } from 'node:util';
import { deflateRaw, gzip } from 'node:zlib';
import { zipOf } from '../../datasets/zip.ts';
import type { Content } from '../plan/types.ts';

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflateRaw);

export async function packed(bytes: Buffer, packing: Content['packing']): Promise<Buffer> {
  if (packing === 'none') return bytes;
  return packing === 'gzip'
    ? gzipAsync(bytes, { level: 4 })
    : zipOf('data.csv', bytes, await deflateAsync(bytes, { level: 4 }));
}
