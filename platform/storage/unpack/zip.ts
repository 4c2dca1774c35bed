/**
 * zip (APPNOTE 6.3, with zip64): reads the directory at the end of the file, then the CSV entries, in the order of
 * the directory. Names of entries are displayed, but never used as paths.
 */
import zlib from 'node:zlib';
import { LandfallError } from '../../errors/errors.ts';
import { crc32 } from './crc32.ts';
import { refuseLarge, UnpackMeter } from './limits.ts';
import { readRange } from './read-range.ts';
import { inflating, through } from './through.ts';
import type { PackedFile, UnpackedPiece } from './types.ts';
import { readDirectory, type ZipEntry } from './zip-directory.ts';

const stored = 0;
const deflated = 8;

export async function* unpackZip(file: PackedFile): AsyncGenerator<UnpackedPiece> {
  const entries = csvEntries(file, await readDirectory(file));
  // What the directory says is checked before anything is unpacked, and what is unpacked again.
  refuseLarge(
    file,
    entries.reduce((sum, { size }) => sum + size, 0),
  );
  const meter = new UnpackMeter(file);
  for (const entry of entries) {
    let size = 0;
    let crc = 0;
    for await (const { bytes, packedBytes } of entryBytes(file, entry)) {
      meter.add(bytes.length);
      size += bytes.length;
      crc = crc32(bytes, crc);
      yield { bytes, entry: entry.name, packedBytes };
    }
    if (size !== entry.size || crc !== entry.crc)
      throw damaged(file, `the size or checksum of ${entry.name} is wrong`);
  }
}

/** Entries with data: no folders, and no files that desktops add. A single file is accepted whatever its name is. */
function csvEntries(file: PackedFile, entries: readonly ZipEntry[]): ZipEntry[] {
  const files = entries.filter(
    ({ name }) => !name.endsWith('/') && !/(^|\/)(\.(?!\.?\/)|__MACOSX\/)/.test(name),
  );
  const named = files.filter(({ name }) => /\.(csv|tsv|tab|psv|txt|dat|json|ndjson|jsonl)$/i.test(name));
  const chosen = named.length === 0 && files.length === 1 ? files : named;
  if (chosen.length === 0) {
    const found = files.slice(0, 5).map((entry) => entry.name);
    throw new LandfallError('LF_ZIP_EMPTY', { file: file.name, found: found.join(', ') || 'nothing' });
  }
  for (const { name, encrypted, method } of chosen) {
    if (encrypted) throw new LandfallError('LF_ZIP_ENCRYPTED', { file: file.name, entry: name });
    if (method !== stored && method !== deflated)
      throw damaged(file, `${name} uses compression method ${method}, which is not supported`);
  }
  return chosen;
}

async function* entryBytes(
  file: PackedFile,
  entry: ZipEntry,
): AsyncGenerator<{ bytes: Uint8Array; packedBytes: number }> {
  const { storage, key, fingerprint } = file;
  const header = await readRange(file, entry.offset, entry.offset + 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50)
    throw damaged(file, `${entry.name} is not where the directory says`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const end = start + entry.packedSize;
  if (end > file.bytes) throw damaged(file, `${entry.name} is truncated`);
  let packedBytes = start;
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of storage.read(key, { start, end, fingerprint })) {
      packedBytes += piece.length;
      yield piece;
    }
  }
  const unpacked =
    entry.method === stored ? packed() : through(packed(), zlib.createInflateRaw(inflating), file);
  for await (const bytes of unpacked) yield { bytes, packedBytes };
}

function damaged(file: PackedFile, reason: string): LandfallError {
  return new LandfallError('LF_UNPACK', { file: file.name, reason });
}
