/** A zip archive of one file, as services that export data write them. */
import { crc32, deflateRawSync } from 'node:zlib';

/** 1 January 1980, the first day that a zip knows: archives do not depend on when they are made. */
const firstDay = 0x0021;
const deflated = 8;

/** The archive. `content` is below 4 GiB, and so is what it becomes. */
export function zipOf(name: string, content: Buffer): Buffer {
  const title = Buffer.from(name);
  const packed = deflateRawSync(content);
  const about = Buffer.alloc(22);
  about.writeUInt16LE(20, 0); // version 2.0 can read it
  about.writeUInt16LE(deflated, 4);
  about.writeUInt16LE(firstDay, 8);
  about.writeUInt32LE(crc32(content), 10);
  about.writeUInt32LE(packed.length, 14);
  about.writeUInt32LE(content.length, 18);
  const titleLength = uint16(title.length);
  const local = [signed(0x04034b50), about, titleLength, uint16(0), title, packed];
  const directory = [signed(0x02014b50), uint16(20), about, titleLength, Buffer.alloc(16), title];
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4); // entries of this disk
  end.writeUInt16LE(1, 6); // and of all
  end.writeUInt32LE(bytesOf(directory), 8);
  end.writeUInt32LE(bytesOf(local), 12);
  return Buffer.concat([...local, ...directory, signed(0x06054b50), end]);
}

function signed(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function bytesOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
