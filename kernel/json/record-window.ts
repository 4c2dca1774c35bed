/** The bytes of a JSON file that are being read: whole records are taken from its front. */
import { LF } from '../dialect/control.ts';
import { ElementScan } from './element-scan.ts';
import { CLOSE_ARRAY, COMMA, isSpace } from './syntax.ts';

/** Bytes of a record that is too long to read that are kept to be shown. */
const headBytes = 8192;

export interface WindowOptions {
  readonly windowBytes: number;
  /** Free input space that the caller can rely on. */
  readonly freeBytes: number;
  readonly recordBytesMax: number;
}

/** A record that was longer than allowed: its beginning. */
export interface LongRecord {
  readonly offset: number;
  readonly line: number;
  readonly head: Uint8Array;
}

/**
 * inputSpace ─▶ filled ─▶ next … next = false ─▶ inputSpace …
 *
 * After `next`, the record is bytes[from, to), or `long` if it was too long. What `bytes` holds of records that were
 * taken stays until inputSpace is called. Bound: the longest record and windowBytes.
 */
export class RecordWindow {
  bytes: Uint8Array;
  from = 0;
  to = 0;
  long: (LongRecord & { readonly length: number }) | null = null;
  /** The element between two commas, or after the last one, is missing. */
  isMissing = false;
  /** The file's offset of bytes[0]. */
  private offset: number;
  private end = 0;
  private pos = 0;
  /** Where the search for the record's end resumes. */
  private searched = 0;
  private last = false;
  private readonly isArray: boolean;
  private readonly options: WindowOptions;
  private readonly scan = new ElementScan();
  /** The array has ended. */
  private ended: boolean;
  private afterComma = false;
  private discarding: LongRecord | null = null;
  private lines = 0;
  /** The first line feed that is not counted; -1: none before `lineSearched`. */
  private lineFeed = -1;
  private lineSearched = 0;

  /** `isEmpty`: there are no records, whatever the bytes are. */
  constructor(isArray: boolean, byteStart: number, options: WindowOptions, isEmpty: boolean) {
    this.isArray = isArray;
    this.offset = byteStart;
    this.options = options;
    this.bytes = new Uint8Array(options.windowBytes);
    this.ended = isEmpty;
  }

  /** True if the caller should fill the space before records are taken. */
  get wantsInput(): boolean {
    return !this.last && this.bytes.length - this.end >= this.options.freeBytes;
  }

  offsetOf(at: number): number {
    return this.offset + at;
  }

  /** The bytes of a record that was taken, or of a part of it. */
  textAt(byteOffset: number, byteLength: number): Uint8Array {
    const from = byteOffset - this.offset;
    return this.bytes.subarray(from, from + byteLength);
  }

  inputSpace(): Uint8Array {
    if (this.bytes.length - this.end < this.options.freeBytes) this.makeRoom();
    return this.bytes.subarray(this.end);
  }

  filled(byteCount: number, last: boolean): void {
    if (byteCount > this.bytes.length - this.end) throw new RangeError('More bytes than input space.');
    this.end += byteCount;
    this.last = last;
  }

  /** Line feeds before bytes[at]. The places of calls must ascend. */
  linesBefore(at: number): number {
    for (;;) {
      if (this.lineFeed < 0) {
        if (this.lineSearched >= this.end) return this.lines;
        const found = this.bytes.indexOf(LF, this.lineSearched);
        if (found < 0 || found >= this.end) {
          this.lineSearched = this.end;
          return this.lines;
        }
        this.lineFeed = found;
      }
      if (this.lineFeed >= at) return this.lines;
      this.lines++;
      this.lineSearched = this.lineFeed + 1;
      this.lineFeed = -1;
    }
  }

  /** Takes the next record. False: more bytes are needed or, after the last ones, there is none. */
  next(): boolean {
    this.long = null;
    this.isMissing = false;
    return this.isArray ? this.nextElement() : this.nextLine();
  }

  private nextLine(): boolean {
    while (this.pos < this.end || this.discarding !== null) {
      let stop = this.bytes.indexOf(LF, this.searched);
      if (stop < 0 || stop >= this.end) {
        if (!this.last) return this.wait();
        stop = this.end;
      }
      if (this.take(stop)) return true;
      if (stop >= this.end) return false;
    }
    return false;
  }

  private nextElement(): boolean {
    while (!this.ended) {
      if (this.discarding === null && this.searched === this.pos) this.skipSpace();
      if (this.pos >= this.end && this.discarding === null) return false;
      let stop = this.scan.find(this.bytes, this.searched, this.end, CLOSE_ARRAY);
      if (stop < 0) {
        if (!this.last) return this.wait();
        stop = this.end;
      }
      const ends = stop >= this.end || this.bytes[stop] === CLOSE_ARRAY;
      const { afterComma } = this;
      this.afterComma = !ends;
      this.ended = ends;
      if (this.take(stop)) return true;
      const missing = stop < this.end && (this.bytes[stop] === COMMA || afterComma);
      if (!missing) continue;
      this.isMissing = true;
      this.from = stop;
      this.to = stop;
      return true;
    }
    this.pos = this.end;
    this.searched = this.end;
    return false;
  }

  /** Takes the record that ends at `stop`. False if nothing but space is before it. */
  private take(stop: number): boolean {
    const { bytes, discarding } = this;
    let { pos: from } = this;
    let to = stop;
    this.pos = Math.min(stop + 1, this.end);
    this.searched = this.pos;
    if (discarding !== null) {
      this.long = { ...discarding, length: this.offset + stop - discarding.offset };
      this.discarding = null;
      return true;
    }
    while (from < to && isSpace(bytes[from])) from++;
    while (from < to && isSpace(bytes[to - 1])) to--;
    this.from = from;
    this.to = to;
    return from < to;
  }

  private skipSpace(): void {
    const { bytes, end } = this;
    while (this.pos < end && isSpace(bytes[this.pos])) this.pos++;
    this.searched = this.pos;
  }

  /** Waits for more bytes. A record that is too long is not kept. */
  private wait(): false {
    this.searched = this.end;
    if (this.discarding === null && this.end - this.pos > this.options.recordBytesMax) {
      const head = this.bytes.slice(this.pos, this.pos + headBytes);
      this.discarding = { offset: this.offsetOf(this.pos), line: this.linesBefore(this.pos), head };
    }
    if (this.discarding !== null) this.pos = this.end;
    return false;
  }

  /** Moves the unfinished record to the front, into a larger window if it fills this one. */
  private makeRoom(): void {
    this.linesBefore(this.pos);
    const { bytes, pos, end } = this;
    const needed = end - pos + this.options.freeBytes;
    if (needed > bytes.length) {
      this.bytes = new Uint8Array(Math.max(2 * bytes.length, needed));
      this.bytes.set(bytes.subarray(pos, end));
    } else bytes.copyWithin(0, pos, end);
    this.offset += pos;
    this.end -= pos;
    this.searched -= pos;
    this.lineSearched -= pos;
    if (this.lineFeed >= 0) this.lineFeed -= pos;
    this.pos = 0;
  }
}
