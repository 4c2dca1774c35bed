/**
 * gzip: one member or several. Members as bgzip writes them say how long they are (SAM specification, 4.1), so that they
 * are unpacked side by side. From the first other member on, zlib reads the file as one stream.
 */
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { inflating, through, unpackError } from './through.ts';

/** The header of such a member: gzip's, with a field `BC` of two bytes: the length of the member less 1. */
const headerBytes = 18;
const headerStart = [0x1f, 0x8b, 8, 4];
const lengthField = [6, 0, 0x42, 0x43, 2, 0];
/** The end of a member: a checksum, and the number of its unpacked bytes. */
const trailerBytes = 8;
/** The most bytes that a member unpacks to. */
const memberBytesMost = 65_536;
/** Members are unpacked in groups of this size: at most one member more. */
const groupBytes = 1024 * 1024 - memberBytesMost;
/** Groups that are unpacked, or wait to be taken. Each holds at most 1 MiB, and less of packed bytes. */
const groupsAtATime = Math.min(4, availableParallelism());

/** zlib takes no smaller buffer. */
const chunkBytesLeast = 64;

const gunzip = promisify(zlib.gunzip);

/** Unpacked pieces of at most 1 MiB. Throws LF_UNPACK; errors of the source are thrown unchanged. */
export async function* ungzip(
  source: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const members = new Members(source);
  const groups: Promise<Uint8Array>[] = [];
  let any = false;
  try {
    for (let more = true; more || groups.length > 0; ) {
      const group: Group | null = more ? await members.next() : null;
      more = group !== null;
      if (group !== null) {
        any = true;
        const unpacking = unpackGroup(group, file);
        // If the caller leaves, or another one fails first, nobody waits for it.
        unpacking.catch(() => {});
        groups.push(unpacking);
      }
      if (groups.length > 0 && (!more || groups.length === groupsAtATime)) {
        const bytes = await groups.shift()!;
        if (bytes.length > 0) yield bytes;
      }
    }
    // zlib ends a file, too, where a zero follows a member.
    if (any && !((await members.holds(1)) && members.held[0] !== 0)) return;
    yield* through(members.rest(), zlib.createGunzip(inflating), file);
  } finally {
    await members.close();
  }
}

/** What `info` adds: how many packed bytes were used. zlib stops where a zero follows a member. */
interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

interface Group {
  readonly packed: Uint8Array;
  /** Unpacked bytes. */
  readonly bytes: number;
}

async function unpackGroup({ packed, bytes }: Group, file: { readonly name: string }): Promise<Uint8Array> {
  const most = Math.max(1, bytes);
  try {
    // One buffer takes all of it, and is not filled, or zlib would look for more.
    const options = { chunkSize: most + chunkBytesLeast, maxOutputLength: most, info: true };
    const { buffer, engine } = (await gunzip(packed, options)) as unknown as Unpacked;
    if (buffer.length === bytes && engine.bytesWritten === packed.length) return buffer;
  } catch (cause) {
    throw unpackError(cause, file);
  }
  throw unpackError(Object.assign(new Error('a member has another length'), { code: 'Z_DATA_ERROR' }), file);
}

/** The members of a file, as long as they say how long they are. */
class Members {
  held: Buffer = Buffer.alloc(0);
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Null if another member follows, or none. */
  async next(): Promise<Group | null> {
    let end = 0;
    let bytes = 0;
    while (bytes < groupBytes && end < groupBytes) {
      const length = await this.lengthAt(end);
      if (length === null) break;
      bytes += this.held.readUInt32LE(end + length - 4);
      end += length;
    }
    if (end === 0) return null;
    const packed = this.held.subarray(0, end);
    this.held = this.held.subarray(end);
    return { packed, bytes };
  }

  /** Null if no such member begins there, or the file ends in it. */
  private async lengthAt(at: number): Promise<number | null> {
    if (!(await this.holds(at + headerBytes))) return null;
    const isSo = (expected: readonly number[], from: number) =>
      expected.every((byte, i) => this.held[from + i] === byte);
    if (!isSo(headerStart, at) || !isSo(lengthField, at + 10)) return null;
    const length = this.held.readUInt16LE(at + 16) + 1;
    if (length < headerBytes + trailerBytes || !(await this.holds(at + length))) return null;
    return this.held.readUInt32LE(at + length - 4) > memberBytesMost ? null : length;
  }

  /** Reads until so many bytes are held. False if the file ends before. */
  async holds(bytes: number): Promise<boolean> {
    while (this.held.length < bytes) {
      const { done, value } = await this.source.next();
      if (done) return false;
      this.held =
        this.held.length === 0
          ? Buffer.from(value.buffer, value.byteOffset, value.length)
          : Buffer.concat([this.held, value]);
    }
    return true;
  }

  /** All that follows. */
  async *rest(): AsyncGenerator<Uint8Array> {
    if (this.held.length > 0) yield this.held;
    for (;;) {
      const { done, value } = await this.source.next();
      if (done) return;
      yield value;
    }
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }
}
