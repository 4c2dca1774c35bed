/** Puts a plan into kernel memory: columns, null tokens, formats, zone tables, buffers. */
import { kindOf } from './column-kinds.ts';
import { measureOf } from './dialect/encodings.ts';
import { dialectFault, isPlain, machineOf } from './dialect/machine.ts';
import { compileFormats } from './formats.ts';
import type { KernelInstance } from './module.ts';
import { remember } from './remember.ts';
import type { KernelColumn, KernelDialect, KernelPlan, ZoneTable } from './types.ts';
import { localPieces } from './zones.ts';

/** Most fields that a record may have. */
export const fieldsMost = 65_535;

/** Initial bytes of a utf8 column's text buffer, which doubles as needed, and of all of them together. */
const TEXT_BYTES = 65536;
const TEXTS_BYTES = 64 * 1024 * 1024;

/** Delimiter and quote of a plain dialect. Throws a RangeError if the dialect cannot be read. */
export function dialectBytes(dialect: KernelDialect): { delimiter: number; quote: number } {
  const fault = dialectFault(dialect);
  if (fault !== null) throw new RangeError(`This dialect cannot be read: ${fault}.`);
  const { delimiter, quote } = dialect;
  return { delimiter: delimiter.charCodeAt(0), quote: quote === null ? 256 : quote.charCodeAt(0) };
}

/** Copies the table of states into kernel memory, if the dialect needs one. */
function writeTable(instance: KernelInstance, dialect: KernelDialect): void {
  if (isPlain(dialect)) return;
  const machine = machineOf(dialect);
  const { lineEnds = 'lf', shortRows, longRows, blankRows, encoding = 'utf-8' } = dialect;
  const options =
    (lineEnds === 'lf' ? 1 : 0) |
    (shortRows === 'pad' ? 2 : 0) |
    (longRows === 'truncate' ? 4 : 0) |
    (blankRows === 'skip' ? 8 : 0);
  instance.exports.setTable(
    placeArray(instance, machine.table),
    place(instance, machine.final),
    machine.delimiterBytes,
    machine.escape,
    placeArray(instance, Uint8Array.from(machine.special)),
    options,
    measureOf(encoding),
  );
}

/** Writes the plan's columns. Throws a RangeError for what the kernel cannot do. */
export function writePlan(instance: KernelInstance, plan: KernelPlan, batchRows: number): void {
  const { delimiter, quote } = dialectBytes(plan.dialect);
  if (plan.fieldCount < 1 || plan.fieldCount > fieldsMost) {
    throw new RangeError(`A record must have 1 to ${fieldsMost} fields, not ${plan.fieldCount}.`);
  }
  instance.exports.beginPlan(plan.columns.length, delimiter, quote, plan.dialect.trim);
  if (plan.places) instance.exports.keepPlaces();
  writeTable(instance, plan.dialect);
  const textBytes = Math.max(256, Math.min(TEXT_BYTES, Math.floor(TEXTS_BYTES / plan.columns.length)));
  plan.columns.forEach((column, i) => {
    const field = plan.fieldOfColumn[i];
    if (field >= plan.fieldCount) throw new RangeError(`The record has no field for column ${column.name}.`);
    writeColumn(instance, column, i, field, { batchRows, textBytes });
  });
}

function writeColumn(
  instance: KernelInstance,
  column: KernelColumn,
  i: number,
  field: number,
  { batchRows, textBytes }: { readonly batchRows: number; readonly textBytes: number },
): void {
  const { type } = column;
  const { kind, lengths, tokens, bounds, formats } = encodedColumn(column);
  instance.exports.setColumn(
    i,
    kind,
    field,
    column.required ? 1 : 0,
    lengths,
    place(instance, tokens),
    bounds.low,
    bounds.high,
    formats === null ? 0 : place(instance, formats),
    type.kind === 'timestamp' ? placeZone(instance, type.zone) : 0,
  );
  const [values, second, third] = kindOf(type).widths;
  const text = type.kind === 'utf8';
  instance.exports.setBuffers(
    i,
    values * (batchRows + 1),
    text ? textBytes : second * batchRows,
    third * batchRows,
    (batchRows + 7) >> 3,
    type.kind === 'dictionary',
  );
}

/** The parts of a column that are the same in every chunk, computed once for each column of a definition. */
const encodedColumn = remember((column: KernelColumn) => {
  const { type, nulls } = column;
  const timed = type.kind === 'date' || type.kind === 'timestamp';
  return {
    kind: kindOf(type).number(type),
    lengths: nullLengths(nulls),
    tokens: nullTokens(nulls),
    bounds: columnBounds(column),
    formats: timed ? compileFormats(type.formats) : null,
  };
});

/** Throws a RangeError that names the column, for what the kernel cannot do. */
function columnBounds({ name, type }: KernelColumn): { low: bigint; high: bigint } {
  try {
    return kindOf(type).bounds(type);
  } catch (error) {
    throw new RangeError(`Column ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Bit n: a token is n bytes long; bit 31: one is 31 or longer. */
function nullLengths(nulls: readonly string[]): number {
  return nulls.reduce((bits, token) => bits | (1 << Math.min(31, Buffer.byteLength(token))), 0);
}

/** Each token: length (4 bytes, little-endian), bytes; then a length of 0xffffffff. */
function nullTokens(nulls: readonly string[]): Uint8Array {
  const parts = nulls.flatMap((token) => {
    const bytes = Buffer.from(token);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    return [size, bytes];
  });
  return Buffer.concat([...parts, Buffer.alloc(4, 0xff)]);
}

/** Copies bytes into kernel memory, where they stay until the chunk ends. */
function place(instance: KernelInstance, bytes: Uint8Array): number {
  const address = instance.exports.alloc(bytes.length);
  new Uint8Array(instance.memory.buffer).set(bytes, address);
  return address;
}

function placeArray(instance: KernelInstance, array: ArrayBufferView): number {
  return place(instance, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

const encodedZone = remember((table: ZoneTable) => ({
  pieces: localPieces(table),
  utc: BigInt64Array.from(table.utc, BigInt),
}));

/** The Zone of kernel/assembly/types/zone.ts. */
function placeZone(instance: KernelInstance, table: ZoneTable): number {
  const { pieces, utc } = encodedZone(table);
  const words = Int32Array.of(
    pieces.start.length,
    placeArray(instance, pieces.start),
    placeArray(instance, pieces.offset),
    placeArray(instance, pieces.shift),
    placeArray(instance, pieces.reject),
    0,
    table.utc.length,
    placeArray(instance, utc),
    placeArray(instance, table.offset),
    0,
  );
  return placeArray(instance, words);
}
