/** The rows that the kernel was given: where each is in the file, and what is wrong with it. */
import type { RecordFault } from './record-reader.ts';

/** A record that is longer than allowed: its text, or its beginning. */
export interface TooLong {
  readonly head: Uint8Array;
}

/** Bound: the most rows that were there at once. */
export class RowList {
  count = 0;
  byteOffsets = new Float64Array(1024);
  byteLengths = new Float64Array(1024);
  /** Line feeds before the row. */
  lines = new Float64Array(1024);
  readonly faults = new Map<number, RecordFault | TooLong>();

  clear(): void {
    this.count = 0;
    this.faults.clear();
  }

  add(byteOffset: number, byteLength: number, line: number): void {
    if (this.count === this.lines.length) {
      this.byteOffsets = doubled(this.byteOffsets);
      this.byteLengths = doubled(this.byteLengths);
      this.lines = doubled(this.lines);
    }
    const row = this.count++;
    this.byteOffsets[row] = byteOffset;
    this.byteLengths[row] = byteLength;
    this.lines[row] = line;
  }

  /** Notes what is wrong with the last row. */
  spoil(fault: RecordFault | TooLong): void {
    this.faults.set(this.count - 1, fault);
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
