/** Reads the first records of a file as texts, by the same table of states as the kernel's general reader. */

import type { KernelDialect } from '../types.ts';
import { bomBytes, CR } from './control.ts';
import { finalAt, type Machine, machineOf } from './machine.ts';
import { APPEND, BAD, ESCAPE, Final, LINE, Step } from './steps.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A record's fields, and where the next record begins. */
export interface HeadRecord {
  readonly fields: string[];
  /** Bytes up to the next record, including a BOM, and blank lines and comments before this one. */
  readonly bytes: number;
  /** Line ends in those bytes. */
  readonly lines: number;
  /** The record is badly quoted. */
  readonly badQuote: boolean;
  /** Quoted fields. */
  readonly quotedFields: number;
  /** Fields in a pair of quote characters that does not quote in this dialect. */
  readonly wrappedFields: number;
}

/**
 * Reads the first record in `bytes` (UTF-8) by the rules of the kernel, skipping blank lines and comments before
 * it, and blank records if the dialect does. Returns null if `bytes` contains no whole record. `whole`: nothing
 * follows `bytes`, so the last record needs no line end.
 */
export function readHead(bytes: Uint8Array, dialect: KernelDialect, whole = false): HeadRecord | null {
  const bom = bomBytes(bytes);
  return readRecord(bytes, bom, dialect, whole);
}

/** Like readHead, for the record at `from`. */
export function readRecord(
  bytes: Uint8Array,
  from: number,
  dialect: KernelDialect,
  whole = false,
): HeadRecord | null {
  const machine = machineOf(dialect);
  const reader = new RecordReader(bytes, from, machine, dialect);
  for (let at = from; at < bytes.length; at++) {
    const word = machine.table[(reader.state << 8) | bytes[at]];
    reader.state = word & 0xff;
    if (reader.take(word >> 8, at)) return reader.ended(lineEndAfter(bytes, at, machine, reader.state));
  }
  if (!whole || !reader.endInput()) return null;
  return reader.ended(bytes.length);
}

/**
 * The first `count` fields of the record that `bytes` begins with, which may be cut off; fewer if it has no more.
 * `bytes` of the result is where the next field begins.
 */
export function readFields(
  bytes: Uint8Array,
  dialect: KernelDialect,
  count: number,
): { fields: string[]; bytes: number } {
  if (count === 0) return { fields: [], bytes: 0 };
  const machine = machineOf(dialect);
  const reader = new RecordReader(bytes, 0, machine, dialect);
  for (let at = 0; at < bytes.length; at++) {
    const word = machine.table[(reader.state << 8) | bytes[at]];
    reader.state = word & 0xff;
    const ended = reader.take(word >> 8, at);
    if (ended || reader.fieldCount === count) return reader.ended(at + 1);
  }
  reader.endInput();
  return reader.ended(bytes.length);
}

/** Where the line end at `at` is over: an LF directly after a CR belongs to it. */
function lineEndAfter(bytes: Uint8Array, at: number, machine: Machine, state: number): number {
  const afterCr = state !== 0;
  return afterCr && at + 1 < bytes.length && machine.table[(state << 8) | bytes[at + 1]] >> 8 === Step.restart
    ? at + 2
    : at + 1;
}

function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** Applies the machine's actions to the fields of one record. */
class RecordReader {
  state = 0;
  private readonly bytes: Uint8Array;
  private readonly machine: Machine;
  private readonly dialect: KernelDialect;
  private readonly fields: string[] = [];
  private start: number;
  /** Bytes of the field so far. */
  private field = new Uint8Array(64);
  private size = 0;
  private quoted = false;
  private badQuote = false;
  private quotedFields = 0;
  private wrappedFields = 0;
  private lines = 0;

  constructor(bytes: Uint8Array, from: number, machine: Machine, dialect: KernelDialect) {
    this.bytes = bytes;
    this.start = from;
    this.machine = machine;
    this.dialect = dialect;
  }

  get fieldCount(): number {
    return this.fields.length;
  }

  /** Applies an action. True if the record ends with the byte at `at`. */
  take(action: number, at: number): boolean {
    if (action & ESCAPE) this.append(this.machine.escape);
    if (action & APPEND) this.append(this.bytes[at]);
    if (action & BAD) this.badQuote = true;
    if (action & LINE) this.lines++;
    switch (action & 7) {
      case Step.field:
        this.size = Math.max(0, this.size - this.machine.delimiterBytes + 1);
        this.endField();
        break;
      case Step.closedField:
        this.endField();
        break;
      case Step.open:
        this.quoted = true;
        this.quotedFields++;
        break;
      case Step.comment:
        this.fields.length = 0;
        this.size = 0;
        break;
      case Step.restart:
        this.start = at + 1;
        this.size = 0;
        break;
      case Step.record:
        return this.endRecord(at, true);
      case Step.endedRecord:
        return this.keepRecord(at);
    }
    return false;
  }

  /** True if the end of the bytes ends a record. */
  endInput(): boolean {
    const final = finalAt(this.machine, this.state);
    if (final === Final.nothing) return false;
    if (final === Final.badQuote) this.badQuote = true;
    if (final === Final.escape) this.append(this.machine.escape);
    if (final === Final.ended) return this.keepRecord(this.bytes.length);
    return this.endRecord(this.bytes.length, final === Final.record);
  }

  ended(bytes: number): HeadRecord {
    const { fields, lines, badQuote, quotedFields, wrappedFields } = this;
    return { fields, bytes, lines, badQuote, quotedFields, wrappedFields };
  }

  private append(byte: number): void {
    if (this.size === this.field.length) {
      const larger = new Uint8Array(this.size * 2);
      larger.set(this.field);
      this.field = larger;
    }
    this.field[this.size++] = byte;
  }

  /** False for a blank line. */
  private endRecord(at: number, strip: boolean): boolean {
    const carriage = strip && this.dialect.lineEnds !== 'any' && at > this.start && this.bytes[at - 1] === CR;
    const blank = this.fields.length === 0 && (carriage ? at - 1 : at) <= this.start;
    if (blank) {
      this.start = at + 1;
      this.size = 0;
      return false;
    }
    if (carriage && !this.quoted && this.field[this.size - 1] === CR) this.size--;
    this.endField();
    return this.keepRecord(at);
  }

  /** False for a blank record that the dialect skips. */
  private keepRecord(at: number): boolean {
    if (this.dialect.blankRows !== 'skip' || this.badQuote || !this.fields.every(isBlank)) return true;
    this.fields.length = 0;
    this.quotedFields = 0;
    this.wrappedFields = 0;
    this.start = at + 1;
    return false;
  }

  private endField(): void {
    const text = decoder.decode(this.field.subarray(0, this.size));
    this.fields.push(this.dialect.trim && !this.quoted ? text.replace(/^[ \t]+|[ \t]+$/g, '') : text);
    if (!this.quoted && /^(["'])(.*)\1$/s.test(text)) this.wrappedFields++;
    this.size = 0;
    this.quoted = false;
  }
}
