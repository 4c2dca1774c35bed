/** The functions that TypeScript calls. They deal in addresses and sizes; kernel/kernel.ts turns them into objects. */
import { alloc, keep, reset } from './arena';
import { openBatch } from './batch';
import { Column, Work, columnAt } from './column';
import { forgetCopy } from './copy/copy';
import { forgetPack } from './pack/pack';
import { Dictionary, newDictionary } from './dictionary';
import { powers } from './types/read-double';
import { Places } from './read/places';
import { Rejects } from './rejects';
import { Reader } from './read/read';
import { Table } from './read/table-read';
import { forgetScratch } from './read/slice';
import { openWindow } from './read/window';

export { alloc, powerOfTwo, release } from './arena';
export { readBatch } from './batch';
export { copyOutput, copyRows } from './copy/copy';
export { copyFields } from './copy/field';
export { packOutput, packRows, packTuples } from './pack/pack';
export { hashTexts } from './hash';
export { scanBegin, scanFirstEnds, scanFirstLines, scanLines, scanUpdate } from './scan/scan';
export {
  tableScanBegin,
  tableScanEnd,
  tableScanFirstEnds,
  tableScanFirstLines,
  tableScanLines,
  tableScanSeen,
  tableScanUpdate,
} from './scan/table-scan';
export { filled, freeBytes, makeRoom } from './read/window';

/** Address of the table of powers of five, which TypeScript fills in. */
export function powersAddress(): usize {
  return powers;
}

/** Makes everything allocated so far permanent: all chunks share it. */
export function keepAllocations(): void {
  keep();
}

/** Frees the memory of the previous chunk and allocates the columns of the next. */
export function beginPlan(columns: i32, delimiter: u32, quote: u32, trim: bool): void {
  reset();
  forgetScratch();
  forgetCopy();
  forgetPack();
  Work.columnCount = columns;
  Work.columns = alloc(<usize>columns * offsetof<Column>());
  memory.fill(Work.columns, 0, <usize>columns * offsetof<Column>());
  Work.trim = trim;
  Reader.delimiter = delimiter;
  Reader.quote = quote;
  Table.on = false;
  Places.on = false;
}

/** Has the dialect read by a table of states. `options`, as bits: 1 CRLF ends records, 2 pad, 4 truncate, 8 skip blank. */
export function setTable(
  words: usize, final: usize, delimiterBytes: usize, escape: u32, special: usize, options: i32, measureKind: i32,
): void {
  Table.on = true;
  Table.words = words;
  Table.final = final;
  Table.delimiterBytes = delimiterBytes;
  Table.escape = escape;
  Table.special = special;
  Table.trim = Work.trim;
  Table.stripCr = (options & 1) != 0;
  Table.pad = (options & 2) != 0;
  Table.truncate = (options & 4) != 0;
  Table.skipBlank = (options & 8) != 0;
  Table.measure = measureKind;
  // Fields in the arena are trimmed already.
  Work.trim = false;
}

/** Makes the reader keep the places of accepted rows. */
export function keepPlaces(): void {
  Places.on = true;
}

/** Address of the places of the batch's rows. */
export function placeRows(): usize {
  return Places.rows;
}

/** Address of the sizes, in bytes of the file, of the batch's records. */
export function placeBytes(): usize {
  return Places.bytes;
}

/** Describes a column. `low`, `high`: bounds, or precision and scale. Lists and tables are addresses. */
export function setColumn(
  i: i32, kind: i32, field: i32, required: i32, nullLengths: u32, nulls: usize, low: i64, high: i64, formats: usize, zone: usize,
): void {
  const column = columnAt(i);
  column.kind = kind;
  column.field = field;
  column.required = required;
  column.nullLengths = nullLengths;
  column.nulls = nulls;
  column.low = low;
  column.high = high;
  column.formats = formats;
  column.zone = zone;
}

/** Allocates a column's buffers: bytes of each, 0 for none. */
export function setBuffers(i: i32, values: usize, second: usize, third: usize, validity: usize, dictionary: bool): void {
  const column = columnAt(i);
  column.values = alloc(values);
  if (second) column.second = alloc(second);
  if (third) column.third = alloc(third);
  column.textCapacity = <u32>second;
  column.validity = alloc(validity);
  if (dictionary) column.dictionary = newDictionary();
}

/** Starts reading. Returns the address of the rows' file offsets. */
export function beginChunk(
  fieldCount: i32, batchRows: i32, windowBytes: usize, recordBytesMax: u32, byteStart: f64, skipBytes: u32,
): usize {
  const offsets = openBatch(fieldCount, batchRows);
  Reader.recordBytesMax = recordBytesMax;
  openWindow(windowBytes, byteStart, skipBytes);
  return offsets;
}

/** Address of a column, which TypeScript reads as words. */
export function columnAddress(i: i32): usize {
  return changetype<usize>(columnAt(i));
}

export function rejectCount(): i32 {
  return Rejects.count;
}

export function rejectList(): usize {
  return Rejects.list;
}

/** True if all of the chunk's bytes have been read. */
export function atEnd(): bool {
  return Reader.pos == Reader.end && Reader.recordStart == Reader.end;
}

export function dictionarySize(i: i32): u32 {
  return changetype<Dictionary>(columnAt(i).dictionary).size;
}

export function dictionaryOffsets(i: i32): usize {
  return changetype<Dictionary>(columnAt(i).dictionary).offsets;
}

export function dictionaryBytes(i: i32): usize {
  return changetype<Dictionary>(columnAt(i).dictionary).bytes;
}
