/** A zip archive of one file, as services that export data write them (APPNOTE.TXT 4.3). */
import { crc32, deflateRawSync } from 'node:zlib';

/** 1 January 1980, the first day that a zip knows: archives do not depend on when they are made. */
const firstDay = 0x0021;

/** The archive. `content` is below 4 GiB, and so is what it becomes. `packed`: the content, deflated. */
export function zipOf(name: string, content: Buffer, packed: Buffer = deflateRawSync(content)): Buffer {
  const title = Buffer.from(name);
  // What the header of the file and its entry in the directory both say.
  const about = Buffer.alloc(26);
  about.writeUInt16LE(20, 0); // version 2.0 can read it
  about.writeUInt16LE(8, 4); // deflated
  about.writeUInt16LE(firstDay, 8);
  about.writeUInt32LE(crc32(content), 10);
  about.writeUInt32LE(packed.length, 14);
  about.writeUInt32LE(content.length, 18);
  about.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, title, packed]);
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(20, 4);
  about.copy(entry, 6);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8); // entries of this disk
  end.writeUInt16LE(1, 10); // and of all
  end.writeUInt32LE(entry.length + title.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, title, end]);
}
