/** The directory of a zip file lists its entries and where they are. */
import { LandfallError } from '../../errors/errors.ts';
import { directoryBytesMost, entriesMost } from './limits.ts';
import { readRange } from './read-range.ts';
import type { PackedFile } from './types.ts';

export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** The position of its header in the file. */
  readonly offset: number;
}

/** The signature of each record, and its size without the parts of variable length. */
const endRecord = { signature: 0x06054b50, bytes: 22 };
const locator = { signature: 0x07064b50, bytes: 20 };
const end64Record = { signature: 0x06064b50 };
const entryRecord = { signature: 0x02014b50, bytes: 46 };
const commentBytesMost = 65535;

/** A value that does not fit is stored as all ones here, and in full in a zip64 record. */
const ones32 = 0xffffffff;
const ones16 = 0xffff;

/** Throws LF_UNPACK, LF_UNPACK_LIMIT. */
export async function readDirectory(file: PackedFile): Promise<ZipEntry[]> {
  const { count, size, offset } = await findDirectory(file);
  const over = count > entriesMost ? `${entriesMost} entries` : `a directory of ${directoryBytesMost} bytes`;
  if (count > entriesMost || size > directoryBytesMost)
    throw new LandfallError('LF_UNPACK_LIMIT', { file: file.name, what: 'it contains more', limit: over });
  const bytes = await readRange(file, offset, offset + size);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + entryRecord.bytes > bytes.length || bytes.readUInt32LE(at) !== entryRecord.signature)
      throw broken(file);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const end = at + entryRecord.bytes + nameBytes + extraBytes + commentBytes;
    if (end > bytes.length) throw broken(file);
    entries.push(readEntry(bytes.subarray(at, end), nameBytes, extraBytes));
    at = end;
  }
  return entries;
}

interface Place {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

async function findDirectory(file: PackedFile): Promise<Place> {
  const tailStart = Math.max(0, file.bytes - endRecord.bytes - commentBytesMost - locator.bytes);
  const tail = await readRange(file, tailStart, file.bytes);
  for (let at = tail.length - endRecord.bytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endRecord.signature) continue;
    const place = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const large = place.count === ones16 || place.size === ones32 || place.offset === ones32;
    return large ? ((await findDirectory64(file, tail, at - locator.bytes)) ?? place) : place;
  }
  throw broken(file);
}

async function findDirectory64(file: PackedFile, tail: Buffer, at: number): Promise<Place | null> {
  if (at < 0 || tail.readUInt32LE(at) !== locator.signature) return null;
  const offset = Number(tail.readBigUInt64LE(at + 8));
  const end = await readRange(file, offset, offset + 56);
  if (end.length < 56 || end.readUInt32LE(0) !== end64Record.signature) throw broken(file);
  return {
    count: Number(end.readBigUInt64LE(32)),
    size: Number(end.readBigUInt64LE(40)),
    offset: Number(end.readBigUInt64LE(48)),
  };
}

function readEntry(bytes: Buffer, nameBytes: number, extraBytes: number): ZipEntry {
  const extra = bytes.subarray(entryRecord.bytes + nameBytes, entryRecord.bytes + nameBytes + extraBytes);
  const sizes = [bytes.readUInt32LE(24), bytes.readUInt32LE(20), bytes.readUInt32LE(42)];
  const [size, packedSize, offset] = widened(sizes, extra);
  return {
    name: bytes.toString('utf8', entryRecord.bytes, entryRecord.bytes + nameBytes),
    method: bytes.readUInt16LE(10),
    encrypted: (bytes.readUInt16LE(8) & 1) === 1,
    crc: bytes.readUInt32LE(16),
    ...{ packedSize, size, offset },
  };
}

/** Values that are all ones are stored, in this order, in the extra field 1. */
function widened(values: readonly number[], extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2));
    let next = at + 4;
    return values.map((value) => {
      if (value !== ones32 || next + 8 > end) return value;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    });
  }
  return [...values];
}

function broken(file: PackedFile): LandfallError {
  return new LandfallError('LF_UNPACK', { file: file.name, reason: 'its directory cannot be read' });
}
