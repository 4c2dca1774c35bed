/** Writes gzip as bgzip does (SAM specification, 4.1). */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../platform/storage/unpack/crc32.ts';

/** A member of at most 64 KiB that says how long it is. */
export function memberOf(content: Uint8Array): Buffer {
  const packed = deflateRawSync(content, { level: 1 });
  const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0, 0]);
  header.writeUInt16LE(header.length + packed.length + 8 - 1, 16);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content, 0), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, packed, trailer]);
}

/** All of the content, and the empty member that bgzip ends a file with. */
export function bgzipOf(content: Buffer, memberBytes = 65_280): Buffer {
  const members: Buffer[] = [];
  for (let at = 0; at < content.length; at += memberBytes)
    members.push(memberOf(content.subarray(at, at + memberBytes)));
  return Buffer.concat([...members, memberOf(Buffer.alloc(0))]);
}
