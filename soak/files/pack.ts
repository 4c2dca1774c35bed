/** Compresses contents outside the event loop, which the servers' traffic passes through. */
import { promisify } from 'node:util';
import { deflateRaw, gzip } from 'node:zlib';
import { crc32 } from '../../platform/storage/unpack/crc32.ts';
import type { Content } from '../plan/types.ts';

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflateRaw);

export async function packed(bytes: Buffer, packing: Content['packing']): Promise<Buffer> {
  if (packing === 'none') return bytes;
  return packing === 'gzip'
    ? gzipAsync(bytes, { level: 4 })
    : zipOf(bytes, await deflateAsync(bytes, { level: 4 }));
}

/** A zip file with one member (APPNOTE.TXT 4.3: local header, data, directory, its end). */
function zipOf(bytes: Buffer, deflated: Buffer): Buffer {
  const name = Buffer.from('data.csv');
  const fixed = Buffer.alloc(26);
  fixed.writeUInt16LE(20, 0);
  fixed.writeUInt16LE(8, 4);
  fixed.writeUInt32LE(crc32(bytes), 10);
  fixed.writeUInt32LE(deflated.length, 14);
  fixed.writeUInt32LE(bytes.length, 18);
  fixed.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fixed, name, deflated]);
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(20, 4);
  fixed.copy(entry, 6);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, name, end]);
}
