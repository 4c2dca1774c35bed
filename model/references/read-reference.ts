/** Reads the bytes of a reference table with the kernel, as files are read, and checks its keys. */

import type { Vector } from '../../kernel/columns/vectors.ts';
import { isValid } from '../../kernel/columns/vectors.ts';
import { toUtf8 } from '../../kernel/dialect/encodings.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Batch, Kernel } from '../../kernel/types.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type FileLayout, linesBeforeRecords } from '../../platform/layout.ts';
import { plural } from '../../platform/plural.ts';
import type { CompiledReference } from '../compiled.ts';
import { concatVectors } from '../enrich/concat.ts';
import { convertFallbacks } from '../enrich/fallback.ts';
import type { VectorOf } from '../types/column-type.ts';
import { typeOf } from '../types/column-types.ts';
import { textAt } from '../types/text.ts';
import { shown } from '../words.ts';
import { keyAt, type ReferenceKey, type ReferenceTable } from './reference-table.ts';

/** The most rows of a reference table: workers keep a few tables in memory. */
export const referenceRowsMost = 100_000;

/** The most bytes of a reference table, which the ledger stores. */
export const referenceBytesMost = 16 * 1024 * 1024;

/**
 * The table, as the layout says. Throws LF_REFERENCE_ROW for a row that does not fit its columns, LF_REFERENCE_KEY
 * for one without a key or with the key of another row, LF_REFERENCE_LARGE.
 */
export async function readReference(
  reference: CompiledReference,
  layout: FileLayout,
  bytes: Uint8Array,
): Promise<ReferenceTable> {
  const { table, name, key } = reference;
  const kernel = await createKernel();
  kernel.begin(
    { ...layout, columns: table.columns, dialect: layout, places: true },
    { byteStart: 0, skipBytes: 0 },
  );
  const reader = new TableReader(reference, 1 + linesBeforeRecords(layout));
  const end = bytes.length - (layout.footerBytes ?? 0);
  for (const batch of batchesOf(kernel, toUtf8(bytes.subarray(layout.headerBytes, end), layout.encoding)))
    reader.take(convertFallbacks(table, batch));
  return { name, key, ...reader.end() };
}

function* batchesOf(kernel: Kernel, utf8: Uint8Array): Generator<Batch> {
  let from = 0;
  do {
    const space = kernel.inputSpace();
    const piece = utf8.subarray(from, from + space.length);
    space.set(piece);
    from += piece.length;
    kernel.filled(piece.length, from === utf8.length);
    for (let batch = kernel.next(); batch !== null; batch = kernel.next()) yield batch;
  } while (from < utf8.length);
}

/** Collects the batches of a table. */
class TableReader {
  private readonly pieces: Vector[][] = [];
  private readonly rowOf = new Map<ReferenceKey, number>();
  /** The line of each row. */
  private readonly lines: number[] = [];
  private readonly reference: CompiledReference;
  private readonly lineStart: number;
  private readonly keyColumn: number;

  constructor(reference: CompiledReference, lineStart: number) {
    this.reference = reference;
    this.lineStart = lineStart;
    this.keyColumn = reference.table.columns.findIndex(({ name }) => name === reference.key);
  }

  take(batch: Batch): void {
    const { name, table } = this.reference;
    const [reject] = batch.rejects;
    if (reject !== undefined) {
      const column = table.columns[reject.column]?.name;
      const what =
        column === undefined ? 'the row does not fit the columns' : `${column} has no value of its type`;
      const line = this.lineStart + reject.line;
      throw new LandfallError('LF_REFERENCE_ROW', { reference: name, line, what, raw: shown(reject.raw) });
    }
    this.noteKeys(batch);
    // Vectors are valid until the next batch.
    this.pieces.push(batch.vectors.map((vector) => concatVectors([vector])));
  }

  end(): Pick<ReferenceTable, 'rows' | 'columns' | 'rowOf'> {
    const { table } = this.reference;
    const columns = table.columns.map(({ name, logical }, c) => {
      const empty = typeOf(logical).build(0, logical).finish();
      const pieces = this.pieces.map((vectors) => vectors[c]);
      return [name, concatVectors(pieces.length === 0 ? [empty] : pieces)] as const;
    });
    return { rows: this.lines.length, columns: new Map(columns), rowOf: this.rowOf };
  }

  private noteKeys({ rows, vectors, line }: Batch): void {
    const { name: reference, key } = this.reference;
    if (this.lines.length + rows > referenceRowsMost)
      throw new LandfallError('LF_REFERENCE_LARGE', { reference, most: plural(referenceRowsMost, 'row') });
    const keys = vectors[this.keyColumn];
    const textOf = (row: number) => textAt(keys as VectorOf<'utf8' | 'dictionary'>, row);
    for (let i = 0; i < rows; i++) {
      const at = this.lineStart + line!(i);
      const fault = (what: string) => new LandfallError('LF_REFERENCE_KEY', { reference, key, what });
      if (!isValid(keys, i)) throw fault(`line ${at} has none`);
      const value = keyAt(keys, i, textOf);
      if (Number.isNaN(value)) throw fault(`that of line ${at} is beyond 9,007,199,254,740,991`);
      const other = this.rowOf.get(value);
      if (other !== undefined)
        throw fault(`lines ${this.lines[other]} and ${at} have the same, ${shown(value)}`);
      this.rowOf.set(value, this.lines.length);
      this.lines.push(at);
    }
  }
}
