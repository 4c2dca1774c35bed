/**
 * Encodings other than UTF-8. A file's bytes are transcoded to UTF-8, a piece at a time, before the kernel sees
 * them. An invalid byte becomes a byte that never occurs in UTF-8, so the kernel rejects the text around it.
 * Every position in the UTF-8 tells how many bytes of the file come before it (`originalBytes`).
 */

import { isAscii } from 'node:buffer';

export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1251',
  'windows-1252',
  'koi8-r',
  'latin-1',
  'shift_jis',
] as const;
export type Encoding = (typeof encodings)[number];

/** Stands for an invalid byte, or for an invalid unit of UTF-16. */
export const INVALID = 0xff;
/** Stands for the odd byte at the end of UTF-16. */
export const INVALID_HALF = 0xfe;

/** Throws a RangeError for an unsupported encoding. */
function known(encoding: string): Encoding {
  if ((encodings as readonly string[]).includes(encoding)) return encoding as Encoding;
  throw new RangeError(`There is no encoding ${encoding}.`);
}

/** How to count UTF-8 in bytes of the file: one of the kinds of kernel/assembly/read/measure.ts. */
export function measureOf(encoding: string): number {
  if (known(encoding) === 'utf-8') return 0;
  if (encoding === 'shift_jis') return 3;
  return encoding.startsWith('utf-16') ? 2 : 1;
}

/** A piece of a file may begin at multiples of this many bytes. Null: only where the previous piece ended. */
export function unitBytes(encoding: string): number | null {
  if (encoding === 'shift_jis') return null;
  return encoding.startsWith('utf-16') ? 2 : 1;
}

/** Bytes of the file that `utf8`, the output of a transcoder, stands for. */
export function originalBytes(utf8: Uint8Array, encoding: string): number {
  const measure = measureOf(encoding);
  if (measure === 0) return utf8.length;
  let bytes = 0;
  for (let i = 0; i < utf8.length; i++) {
    const byte = utf8[i];
    if ((byte & 0xc0) === 0x80) continue;
    if (measure === 1) bytes += 1;
    else if (measure === 2) bytes += byte === INVALID_HALF ? 1 : byte >= 0xf0 && byte < 0xf8 ? 4 : 2;
    else bytes += byte < 0x80 || byte === INVALID || isHalfWidth(byte, utf8[i + 1], utf8[i + 2]) ? 1 : 2;
  }
  return bytes;
}

/** U+FF61 to U+FF9F, which are one byte in Shift_JIS. */
function isHalfWidth(first: number, second: number, third: number): boolean {
  return first === 0xef && ((second === 0xbd && third >= 0xa1) || second === 0xbe);
}

export interface Transcoder {
  /** The next bytes as UTF-8, whole characters only. A view that is valid until the next call. */
  push(bytes: Uint8Array): Uint8Array;
  /** What is left at the end of the input. */
  end(): Uint8Array;
}

/** A transcoder whose input begins at a character. */
export function createTranscoder(encoding: string): Transcoder {
  if (known(encoding) === 'utf-8') return { push: (bytes) => bytes, end: () => new Uint8Array(0) };
  if (encoding === 'shift_jis') return new ShiftJis();
  if (encoding.startsWith('utf-16')) return new Utf16(encoding === 'utf-16be');
  return new SingleByte(encoding as Encoding);
}

/** All of `bytes` as UTF-8. */
export function toUtf8(bytes: Uint8Array, encoding: string): Uint8Array {
  const transcoder = createTranscoder(encoding);
  const start = Uint8Array.from(transcoder.push(bytes));
  const rest = transcoder.end();
  if (rest.length === 0) return start;
  const whole = new Uint8Array(start.length + rest.length);
  whole.set(start);
  whole.set(rest, start.length);
  return whole;
}

/** 0x80 to 0x9f of windows-1252; `\0`: no character (the WHATWG's decoder reads the five gaps as controls). */
const windows1252 = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ';

/** Code point of each byte, or -1 if there is none. */
function codePoints(encoding: Encoding): Int32Array {
  const points = Int32Array.from({ length: 256 }, (_, byte) => byte);
  if (encoding === 'latin-1') return points;
  if (encoding === 'windows-1252') {
    for (let i = 0; i < 32; i++) points[0x80 + i] = windows1252.charCodeAt(i) || -1;
    return points;
  }
  const decoder = new TextDecoder(encoding);
  for (let byte = 0x80; byte < 256; byte++) points[byte] = decoder.decode(Uint8Array.of(byte)).charCodeAt(0);
  if (encoding === 'windows-1251') points[0x98] = -1;
  return points;
}

/** Space for the UTF-8 of `bytes` bytes that may each become `times` bytes. It is reused from call to call. */
class Space {
  private space = new Uint8Array(0);

  of(bytes: number, times: number): Uint8Array {
    const needed = bytes * times + 16;
    if (this.space.length < needed) this.space = new Uint8Array(needed);
    return this.space;
  }
}

/** Writes a code point below 0x10000 as UTF-8. Returns the end. */
function writePoint(out: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    out[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    out[at] = 0xc0 | (point >> 6);
    out[at + 1] = 0x80 | (point & 0x3f);
    return at + 2;
  }
  out[at] = 0xe0 | (point >> 12);
  out[at + 1] = 0x80 | ((point >> 6) & 0x3f);
  out[at + 2] = 0x80 | (point & 0x3f);
  return at + 3;
}

const tables = new Map<Encoding, Int32Array>();

class SingleByte implements Transcoder {
  private readonly points: Int32Array;
  private readonly space = new Space();

  constructor(encoding: Encoding) {
    let points = tables.get(encoding);
    if (points === undefined) tables.set(encoding, (points = codePoints(encoding)));
    this.points = points;
  }

  push(bytes: Uint8Array): Uint8Array {
    const out = this.space.of(bytes.length, 3);
    return out.subarray(0, transcodeSingle(bytes, out, this.points));
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** Bytes that one check for ASCII covers. */
const blockBytes = 512;

function transcodeSingle(bytes: Uint8Array, out: Uint8Array, points: Int32Array): number {
  let at = 0;
  for (let from = 0; from < bytes.length; from += blockBytes) {
    const block = bytes.subarray(from, from + blockBytes);
    if (isAscii(block)) {
      out.set(block, at);
      at += block.length;
    } else at = transcodeBlock(block, out, at, points);
  }
  return at;
}

function transcodeBlock(bytes: Uint8Array, out: Uint8Array, from: number, points: Int32Array): number {
  let at = from;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte < 0x80) out[at++] = byte;
    else if (points[byte] < 0) out[at++] = INVALID;
    else at = writePoint(out, at, points[byte]);
  }
  return at;
}

const encoder = new TextEncoder();

/** Keeps halves of units and of surrogate pairs until the next bytes arrive. */
class Utf16 implements Transcoder {
  private readonly space = new Space();
  private readonly high: number;
  private readonly low: number;
  private half = -1;
  private surrogate = 0;

  constructor(bigEndian: boolean) {
    this.high = bigEndian ? 8 : 0;
    this.low = bigEndian ? 0 : 8;
  }

  push(bytes: Uint8Array): Uint8Array {
    const out = this.space.of(bytes.length + 4, 2);
    const text = this.half < 0 && this.surrogate === 0 ? this.wellFormed(bytes) : null;
    if (text !== null) return out.subarray(0, encoder.encodeInto(text, out).written);
    let at = 0;
    let i = 0;
    if (this.half >= 0 && bytes.length > 0) {
      at = this.unit((this.half << this.high) | (bytes[0] << this.low), out, at);
      this.half = -1;
      i = 1;
    }
    for (; i + 1 < bytes.length; i += 2) {
      const unit = (bytes[i] << this.high) | (bytes[i + 1] << this.low);
      if (unit < 0x80 && this.surrogate === 0) out[at++] = unit;
      else at = this.unit(unit, out, at);
    }
    if (i < bytes.length) this.half = bytes[i];
    return out.subarray(0, at);
  }

  end(): Uint8Array {
    const rest: number[] = [];
    if (this.surrogate !== 0) rest.push(INVALID);
    if (this.half >= 0) rest.push(INVALID_HALF);
    return Uint8Array.from(rest);
  }

  /** The text of whole units; null if a surrogate has no partner, which is rare. */
  private wellFormed(bytes: Uint8Array): string | null {
    if (bytes.length % 2 === 1) return null;
    const units = this.high === 8 ? Buffer.from(bytes).swap16() : bytes;
    const text = Buffer.from(units.buffer, units.byteOffset, units.length).toString('utf16le');
    // ES2024, in Node since version 20.
    return (text as string & { isWellFormed(): boolean }).isWellFormed() ? text : null;
  }

  private unit(unit: number, out: Uint8Array, from: number): number {
    let at = from;
    const lowHalf = unit >= 0xdc00 && unit < 0xe000;
    if (this.surrogate !== 0) {
      const high = this.surrogate;
      this.surrogate = 0;
      if (lowHalf) {
        const point = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
        out[at] = 0xf0 | (point >> 18);
        out[at + 1] = 0x80 | ((point >> 12) & 0x3f);
        out[at + 2] = 0x80 | ((point >> 6) & 0x3f);
        out[at + 3] = 0x80 | (point & 0x3f);
        return at + 4;
      }
      out[at++] = INVALID;
    }
    if (lowHalf) {
      out[at] = INVALID;
      return at + 1;
    }
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.surrogate = unit;
      return at;
    }
    return writePoint(out, at, unit);
  }
}

/** Code point of each pair by (lead, trail), as the platform's decoder reads it; 0 if there is none. */
let pairs: Uint16Array | null = null;

function shiftJisPairs(): Uint16Array {
  if (pairs !== null) return pairs;
  pairs = new Uint16Array(65536);
  const decoder = new TextDecoder('shift_jis');
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (!isLead(lead)) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.length === 1 && text !== '\ufffd') pairs[(lead << 8) | trail] = text.charCodeAt(0);
    }
  }
  return pairs;
}

function isLead(byte: number): boolean {
  return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
}

/** A lead byte without a valid trail byte is invalid by itself; the next byte is read as the start of a character. */
class ShiftJis implements Transcoder {
  private readonly space = new Space();
  private readonly pairs = shiftJisPairs();
  private lead = 0;

  push(bytes: Uint8Array): Uint8Array {
    const out = this.space.of(bytes.length + 1, 3);
    let at = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.lead !== 0) {
        const point = this.pairs[(this.lead << 8) | byte];
        this.lead = 0;
        if (point !== 0) {
          at = writePoint(out, at, point);
          continue;
        }
        out[at++] = INVALID;
      }
      if (byte < 0x80) out[at++] = byte;
      else if (byte >= 0xa1 && byte <= 0xdf) at = writePoint(out, at, 0xff61 + byte - 0xa1);
      else if (isLead(byte)) this.lead = byte;
      else out[at++] = INVALID;
    }
    return out.subarray(0, at);
  }

  end(): Uint8Array {
    return this.lead === 0 ? new Uint8Array(0) : Uint8Array.of(INVALID);
  }
}
