/**
 * Scans a file that can only be read from its beginning: a compressed file, or one whose encoding does not allow
 * characters to be told apart in the middle. The file is read once and cut into chunks. What it unpacks to is written
 * to the spool, chunk by chunk, and only one piece of it is in memory at a time.
 */

import { bomBytes } from '../../kernel/dialect/control.ts';
import { createTranscoder, originalBytes, toUtf8 } from '../../kernel/dialect/encodings.ts';
import { type HeadRecord, readRecord } from '../../kernel/dialect/header.ts';
import { joinHeader } from '../../kernel/dialect/join-header.ts';
import { footerBytes, linesEnd } from '../../kernel/dialect/lines.ts';
import { findRecords } from '../../kernel/json/document.ts';
import { countLines } from '../../kernel/json/element-scan.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { readingDocument } from '../../platform/document-error.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { BlockHasher } from '../../platform/storage/content-hash.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openObject } from '../../platform/storage/index.ts';
import { bootOf, clearSpool } from '../../platform/storage/spool.ts';
import { unpack } from '../../platform/storage/unpack/index.ts';
import type { StreamChunk } from '../../platform/stream-scan.ts';
import type { SlotCounters } from '../slots.ts';
import type { ChunkSink, CutChunk } from './chunk-list.ts';
import { DocumentCutter } from './document-cutter.ts';
import { type Cutter, RecordCutter } from './record-cutter.ts';
import { SpoolWriter } from './spool-writer.ts';

export interface StreamTools {
  readonly lake: Storage;
  readonly counters: SlotCounters;
  readonly signal: AbortSignal;
  /** What a compressed file may unpack to. Default: 100 GiB. */
  readonly unpackedBytesMost?: number;
}

/** The most bytes that the first record of an entry may end at. */
const headBytesMost = 16 * 1024 * 1024;
/** The most bytes of the last lines of an entry, if they are to be skipped. */
const tailBytesMost = 1024 * 1024;
/** The most characters to keep of an entry's name. */
const entryCharactersMost = 300;

/**
 * Returns the file's chunks and the hashes of its blocks. Throws LF_FILE_CHANGED, LF_ZIP_HEADERS, and what unpacking
 * throws.
 */
export async function scanStream(
  job: ScanJob,
  file: LedgerFile,
  tools: StreamTools,
): Promise<{ blockHashes: Buffer; chunks: readonly StreamChunk[] }> {
  const layout = file.layout!;
  const chunkBytes = job.pieceBytes ?? Number.MAX_SAFE_INTEGER;
  if (layout.compression === undefined) return scanPlain(file, layout, chunkBytes, tools);
  const { lake, signal, counters, unpackedBytesMost } = tools;
  const { fileId, name, fingerprint } = file;
  const spool = new SpoolWriter({ lake, fileId, boot: job.oneMachine ? bootOf(lake) : null });
  const hasher = new FileHasher();
  // What a worker wrote that died, perhaps with chunks of another size.
  await clearSpool(lake, fileId);
  try {
    const entries = new Entries(file, layout, cutterOf(file, layout, chunkBytes, spool));
    const { storage, key } = await openObject(file.url);
    const onRead = (packed: Uint8Array) => hasher.update(packed);
    const packed = { storage, key, name, bytes: file.bytes, fingerprint, unpackedBytesMost, onRead };
    for await (const { bytes, entry, packedBytes } of unpack(packed, layout.compression)) {
      signal.throwIfAborted();
      await entries.push(entry, bytes);
      counters.bytesRead = packedBytes;
    }
    const chunks = await entries.end();
    await spool.written();
    crashPoint('spool.written');
    return { blockHashes: await hasher.finish(file, signal), chunks: shares(chunks, file.bytes) };
  } finally {
    await spool.close();
  }
}

/** Hashes a file as it is read. */
class FileHasher {
  private readonly hasher = new BlockHasher();
  private bytes = 0;

  update(bytes: Uint8Array): void {
    this.hasher.update(bytes);
    this.bytes += bytes.length;
  }

  /** Reads what nobody has read so far. Throws LF_FILE_CHANGED. */
  async finish({ url, bytes: end, fingerprint }: LedgerFile, signal: AbortSignal): Promise<Buffer> {
    const { storage, key } = await openObject(url);
    for await (const bytes of storage.read(key, { start: this.bytes, end, fingerprint, reuse: true })) {
      signal.throwIfAborted();
      this.hasher.update(bytes);
    }
    return this.hasher.finish();
  }
}

function cutterOf(file: LedgerFile, layout: FileLayout, chunkBytes: number, sink: ChunkSink | null): Cutter {
  const { format } = layout;
  if (format?.kind !== 'json') return new RecordCutter(layout, chunkBytes, sink);
  return new DocumentCutter(format.records, file.name, chunkBytes, sink);
}

async function scanPlain(
  file: LedgerFile,
  layout: FileLayout,
  chunkBytes: number,
  { counters, signal }: StreamTools,
): Promise<{ blockHashes: Buffer; chunks: readonly StreamChunk[] }> {
  const hasher = new BlockHasher();
  const cutter = cutterOf(file, layout, chunkBytes, null);
  const { headerBytes, headerLines = 0, footerBytes: footer = 0, format } = layout;
  cutter.begin(headerBytes, headerLines, undefined, format?.hasNone);
  const { storage, key } = await openObject(file.url);
  let position = 0;
  for await (const bytes of storage.read(key, { start: 0, end: file.bytes, fingerprint: file.fingerprint })) {
    signal.throwIfAborted();
    hasher.update(bytes);
    await cutter.push(bytes.subarray(Math.max(0, Math.min(bytes.length, headerBytes - position))));
    position += bytes.length;
    counters.bytesRead = position;
  }
  await cutter.end();
  cutter.truncate(file.bytes - footer, 0);
  const chunks = cutter.chunks.map(({ start, lines }, i) => ({
    byteStart: i === 0 ? 0 : start,
    byteEnd: cutter.chunks[i + 1]?.start ?? file.bytes,
    lineStart: i === 0 ? 1 : lines + 1,
  }));
  return { blockHashes: hasher.finish(), chunks };
}

/** Gives each chunk a share of the stored bytes in proportion to its unpacked ones, for progress. */
function shares(chunks: readonly CutChunk[], bytes: number): StreamChunk[] {
  const total = chunks.reduce((sum, chunk) => sum + chunk.end - chunk.start, 0);
  let seen = 0;
  let byteStart = 0;
  return chunks.map(({ start, end, lines, entry }, i) => {
    seen += end - start;
    const byteEnd = i === chunks.length - 1 ? bytes : Math.floor((bytes * seen) / Math.max(1, total));
    const place = { byteStart, byteEnd, lineStart: lines + 1, unpackedStart: start, unpackedEnd: end };
    byteStart = byteEnd;
    return { ...place, ...(entry && { entry }) };
  });
}

/** The entries of a stream, one after another. Each has its own header, and all headers must be the same. */
class Entries {
  private readonly file: LedgerFile;
  private readonly layout: FileLayout;
  private readonly cutter: Cutter;
  private name: string | null = null;
  /** The bytes of the current entry while its header is incomplete. Null afterwards. */
  private head: Uint8Array | null = null;
  private tail: Uint8Array = new Uint8Array(0);
  private entryBytes = 0;
  private firstChunk = 0;
  private position = 0;
  private lines = 0;

  constructor(file: LedgerFile, layout: FileLayout, cutter: Cutter) {
    this.file = file;
    this.layout = layout;
    this.cutter = cutter;
  }

  async push(entry: string, bytes: Uint8Array): Promise<void> {
    if (entry !== this.name) {
      await this.endEntry();
      this.name = entry;
      this.head = new Uint8Array(0);
      this.entryBytes = 0;
    }
    this.entryBytes += bytes.length;
    this.position += bytes.length;
    this.keepTail(bytes);
    if (this.head === null) return this.cutter.push(bytes);
    this.head = Buffer.concat([this.head, bytes]);
    await this.leaveHead(false);
  }

  async end(): Promise<readonly CutChunk[]> {
    await this.endEntry();
    const { headerBytes: start } = this.layout;
    return this.cutter.chunks.length > 0 ? this.cutter.chunks : [{ start, end: start, lines: 0 }];
  }

  private async endEntry(): Promise<void> {
    if (this.name === null) return;
    if (this.head !== null) await this.leaveHead(true);
    if (this.head === null) {
      this.lines = await this.cutter.end();
      this.leaveFooter();
    }
    this.head = null;
    this.name = null;
    this.tail = new Uint8Array(0);
  }

  /** Goes on to the records when the header is complete. `whole`: the entry has ended. */
  private async leaveHead(whole: boolean): Promise<void> {
    const head = this.head!;
    const found = this.headerOf(head, whole);
    if (found === null) {
      if (head.length <= headBytesMost) return;
      throw new LandfallError('LF_HEADER_LONG', { file: this.file.name, bytes: headBytesMost });
    }
    this.refuseOther(found.fields);
    const start = this.position - head.length + found.bytes;
    this.firstChunk = this.cutter.chunks.length;
    const name = (this.name ?? '').replaceAll('\0', '\u2400').slice(0, entryCharactersMost);
    const entry = name === '' ? undefined : { name, line: this.lines + 1 };
    this.cutter.begin(start, this.lines + found.lines, entry, found.hasNone);
    this.head = null;
    await this.cutter.push(head.subarray(found.bytes));
  }

  private headerOf(head: Uint8Array, whole: boolean): Preface | null {
    const { format } = this.layout;
    return format?.kind === 'json'
      ? documentStart(head, whole, format.records, this.file.name)
      : headerOf(head, whole, this.layout);
  }

  private refuseOther(fields: readonly string[]): void {
    const { header } = this.layout;
    if (header.length === fields.length && header.every((field, i) => field === fields[i])) return;
    throw new LandfallError('LF_ZIP_HEADERS', {
      file: this.file.name,
      entry: this.name,
      found: fields.join(', '),
      expected: header.join(', '),
    });
  }

  private keepTail(bytes: Uint8Array): void {
    if (!this.layout.skipFooterLines) return;
    this.tail = Buffer.concat([this.tail, bytes]).subarray(-tailBytesMost);
  }

  private leaveFooter(): void {
    const { skipFooterLines: lines = 0 } = this.layout;
    if (lines === 0) return;
    const footer = footerBytes(this.tail, this.tail.length === this.entryBytes, lines, this.layout);
    if (footer === null)
      throw new LandfallError('LF_FOOTER_LONG', { file: this.file.name, lines, bytes: tailBytesMost });
    this.cutter.truncate(this.position - footer, this.firstChunk);
  }
}

/** What precedes the records of one file. */
interface Preface {
  readonly bytes: number;
  readonly lines: number;
  readonly fields: readonly string[];
  readonly hasNone?: boolean;
}

/** What precedes the records of a JSON document. Throws LF_JSON_DOCUMENT, LF_JSON_RECORDS. */
function documentStart(
  bytes: Uint8Array,
  whole: boolean,
  keys: readonly string[],
  file: string,
): Preface | null {
  const found = readingDocument(file, keys, () => findRecords(bytes, keys, whole));
  if (found === null) return null;
  return { bytes: found.at, lines: countLines(bytes, 0, found.at), fields: [], hasNone: found.hasNone };
}

/** What precedes the records of CSV: byte order mark, preamble, header. Null if more bytes are needed. */
function headerOf(bytes: Uint8Array, whole: boolean, layout: FileLayout): Preface | null {
  const { encoding, lineEnds, skipLines = 0, header, headerRows = 1 } = layout;
  const utf8 = whole ? toUtf8(bytes, encoding) : createTranscoder(encoding).push(bytes);
  const bom = bomBytes(utf8);
  const from = linesEnd(utf8.subarray(bom), skipLines, lineEnds === 'any');
  if (from === null || (utf8.length < 3 && !whole)) return null;
  const start = bom + from;
  if (header.length === 0)
    return { bytes: originalBytes(utf8.subarray(0, start), encoding), lines: skipLines, fields: [] };
  const records: HeadRecord[] = [];
  while (records.length < headerRows) {
    const record = readRecord(utf8, records.at(-1)?.bytes ?? start, layout, whole);
    // Whether a line end of two bytes is cut in half is not known yet.
    if (record === null || (!whole && record.bytes === utf8.length)) return null;
    records.push(record);
  }
  const [{ bytes: end, lines, fields }] = joinHeader(records, headerRows);
  return { bytes: originalBytes(utf8.subarray(0, end), encoding), lines: skipLines + lines, fields };
}
