/** Reads a batch, block by block: reads records, converts them column by column, removes faulty rows. */
import { alloc, headroom } from './arena';
import {
  BOOLEAN, Column, DATE, DECIMAL, DICTIONARY, FLOAT64, INT32, INT64, TIMESTAMP, UTF8, UUID, Work, columnAt, setNull,
} from './column';
import { compact } from './compact';
import { Dictionary, truncate } from './dictionary';
import { convertBoolean, convertDecimal, convertFloat64, convertInt32, convertInt64 } from './types/convert-numbers';
import { Places, notePlaces, openPlaces } from './read/places';
import { convertPoint } from './types/convert-points';
import { OTHERS_MAX, Reject, Rejects, addOthers, addReject } from './rejects';
import { Reader, carryRecord, discard, endInput, fileOffset, readRecords } from './read/read';
import { Table, carryTableRecord, discardTable, endTableInput, rowBytes, readTableRecords } from './read/table-read';
import { convertDate, convertTimestamp } from './types/convert-times';
import { convertDictionary, convertUtf8 } from './types/convert-texts';
import { convertUuid } from './types/convert-uuids';

/** Words of a block's field index: few enough to stay in the cache while its columns are converted. */
const INDEX_WORDS: i32 = 32768;

/** Growing memory detaches the views on it, so the memory that encoding a batch may take is reserved up front. */
const HEADROOM: usize = 64 << 20;

/** Offset in the file of each row of the batch. */
let offsets: usize = 0;
/** Sizes of the dictionaries before the block. */
let dictionarySizes: usize = 0;

/** Allocates what a batch needs besides its columns' values. */
export function openBatch(fieldCount: i32, batchRows: i32): usize {
  Reader.fieldCount = fieldCount;
  Reader.stride = (<usize>fieldCount + 1) << 2;
  Reader.rowsMax = min(batchRows, max(16, min(1024, INDEX_WORDS / (fieldCount + 1))));
  // One extra row: the record after the last one of a block begins there.
  Reader.index = alloc(<usize>(Reader.rowsMax + 1) * Reader.stride);
  Reader.rowRecord = alloc(<usize>Reader.rowsMax << 2);
  Reader.rowLine = alloc(<usize>Reader.rowsMax << 2);
  Work.errors = alloc(<usize>Reader.rowsMax << 2);
  Work.others = alloc((<usize>Reader.rowsMax * <usize>OTHERS_MAX) << 2);
  Work.otherCounts = alloc(<usize>Reader.rowsMax);
  Work.batchRows = batchRows;
  Rejects.list = alloc(<usize>batchRows * offsetof<Reject>());
  Rejects.others = alloc((<usize>batchRows * <usize>OTHERS_MAX) << 2);
  dictionarySizes = alloc(<usize>Work.columnCount << 2);
  offsets = alloc(<usize>batchRows << 3);
  openPlaces(batchRows);
  return offsets;
}

/** Reads records until the batch is full or the window is used up. Returns the rows of the batch. */
export function readBatch(last: bool): i32 {
  Rejects.count = 0;
  for (let i = 0; i < Work.columnCount; i++) {
    const column = columnAt(i);
    column.nullCount = 0;
    column.textUsed = 0;
  }
  let rows = 0;
  Reader.room = Work.batchRows;
  while (Reader.room > 0) {
    if (Table.on) readTableRecords();
    else readRecords();
    if (last && Reader.pos == Reader.end && Reader.room > 0 && Reader.rows < Reader.rowsMax) {
      if (Table.on) endTableInput();
      else endInput();
    }
    const found = Reader.rows;
    if (found > 0) rows = convertBlock(rows, rows + found);
    if (Table.on) carryTableRecord(found);
    else carryRecord(found);
    if (found == 0 && Reader.pos == Reader.end) break;
  }
  const usedUp = Reader.pos == Reader.end;
  // One extra byte: the last may be the CR of a line end whose LF is still to come.
  if (usedUp && !last && <u32>(Reader.end - Reader.recordStart) > Reader.recordBytesMax + 1) {
    if (Table.on) discardTable();
    else discard();
  }
  headroom(HEADROOM);
  return rows;
}

/** Converts the block's records to rows [from, to). Returns the end of the rows that were accepted. */
function convertBlock(from: i32, to: i32): i32 {
  Work.from = from;
  Work.errorCount = 0;
  memory.fill(Work.errors, 0, <usize>(to - from) << 2);
  if (Table.on) memory.copy(offsets + (<usize>from << 3), Table.rowOffset, <usize>(to - from) << 3);
  else noteOffsets(from, to);
  if (Places.on) notePlaces(from, to);
  for (let i = 0; i < Work.columnCount; i++) {
    const column = columnAt(i);
    if (column.kind == DICTIONARY) store<u32>(dictionarySizes + (<usize>i << 2), changetype<Dictionary>(column.dictionary).size);
    Work.column = i;
    convert(column, from, to);
  }
  if (Work.errorCount == 0) return to;
  settleDictionaries(from, to);
  rejectRows(to - from);
  compact(offsets, from, to);
  return to - Work.errorCount;
}

function noteOffsets(from: i32, to: i32): void {
  let word = Reader.index;
  for (let r = from; r < to; r++, word += Reader.stride) {
    store<f64>(offsets + (<usize>r << 3), fileOffset(<usize>load<u32>(word) + 1));
  }
}

function convert(column: Column, from: i32, to: i32): void {
  if (column.field < 0) {
    if (column.kind == UTF8) store<u32>(column.values + (<usize>from << 2), column.textUsed);
    for (let r = from; r < to; r++) setNull(column, r);
    return;
  }
  switch (column.kind) {
    case DICTIONARY: return convertDictionary(column, from, to);
    case UTF8: return convertUtf8(column, from, to);
    case INT32: return convertInt32(column, from, to);
    case INT64: return convertInt64(column, from, to);
    case DECIMAL: return convertDecimal(column, from, to);
    case FLOAT64: return convertFloat64(column, from, to);
    case BOOLEAN: return convertBoolean(column, from, to);
    case DATE: return convertDate(column, from, to);
    case TIMESTAMP: return convertTimestamp(column, from, to);
    case UUID: return convertUuid(column, from, to);
    default: return convertPoint(column, from, to);
  }
}

/**
 * If the block had faulty rows, dictionaries that grew are filled again without those rows, so that no
 * dictionary holds a text that no row has.
 */
function settleDictionaries(from: i32, to: i32): void {
  for (let i = 0; i < Work.columnCount; i++) {
    const column = columnAt(i);
    if (column.kind != DICTIONARY || column.field < 0) continue;
    const dictionary = changetype<Dictionary>(column.dictionary);
    const size = load<u32>(dictionarySizes + (<usize>i << 2));
    if (dictionary.size == size) continue;
    truncate(dictionary, size);
    Work.column = i;
    const nullCount = column.nullCount;
    convertDictionary(column, from, to);
    column.nullCount = nullCount;
  }
}

function rejectRows(rows: i32): void {
  if (Table.on) return rejectTableRows(rows);
  const lastSlot = <usize>Reader.fieldCount << 2;
  for (let i = 0; i < rows; i++) {
    const error = load<u32>(Work.errors + (<usize>i << 2));
    if (error == 0) continue;
    const word = Reader.index + <usize>i * Reader.stride;
    const start = <usize>load<u32>(word) + 1;
    const length = (load<u32>(word + lastSlot) & 0x3fffffff) - <u32>start;
    addReject(
      fileOffset(start), <f64>length, start, length,
      load<u32>(Reader.rowRecord + (<usize>i << 2)), load<u32>(Reader.rowLine + (<usize>i << 2)),
      <i32>(error >> 8) - 1, <i32>(error & 0xff),
    );
    addOthersOf(i);
  }
}

function addOthersOf(i: i32): void {
  const count = <u32>load<u8>(Work.otherCounts + <usize>i);
  if (count > 0) addOthers(Work.others + ((<usize>i * <usize>OTHERS_MAX) << 2), count);
}

function rejectTableRows(rows: i32): void {
  for (let i = 0; i < rows; i++) {
    const error = load<u32>(Work.errors + (<usize>i << 2));
    if (error == 0) continue;
    const slot = <usize>i << 2;
    addReject(
      load<f64>(Table.rowOffset + (<usize>i << 3)), rowBytes(i),
      <usize>load<u32>(Table.rowStart + slot), load<u32>(Table.rowLength + slot),
      load<u32>(Reader.rowRecord + slot), load<u32>(Reader.rowLine + slot), <i32>(error >> 8) - 1, <i32>(error & 0xff),
    );
    addOthersOf(i);
  }
}
