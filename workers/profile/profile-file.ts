/**
 * Reads every row of a file, with the parser that loads it, and notes what each column has shown. `landfall init`
 * finds the types of columns with it, and tries the definition that it wrote.
 */

import { isValid } from '../../kernel/columns/vectors.ts';
import { createTranscoder } from '../../kernel/dialect/encodings.ts';
import { readFields } from '../../kernel/dialect/header.ts';
import { fieldTexts } from '../../kernel/json/field-texts.ts';
import { JsonKernel } from '../../kernel/json/json-kernel.ts';
import type { Batch, Kernel, RawReject } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { convertFallbacks, needsPlaces } from '../../model/enrich/fallback.ts';
import { typeOf } from '../../model/types/column-types.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { feedKernel } from '../pipeline/read-batches.ts';
import { Stopwatch } from '../stopwatch.ts';
import { Tally } from './tally.ts';

/** Bytes of the file in order, and where they are in it. Each begins and ends between two records. */
export interface Piece {
  readonly byteStart: number;
  /** Newlines before the piece. Null if that is not known. */
  readonly linesBefore: number | null;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** It ends where reading was to end, perhaps within a record, which is then left out. */
  readonly isCut?: boolean;
}

export interface ProfileOptions {
  readonly kernel: Kernel;
  readonly signal: AbortSignal;
  /** Rows that are kept as texts, evenly spread over `rowsExpected`. Default: all. */
  readonly rowsKept?: number;
  readonly rowsExpected?: number;
  /** Ends the profile when so many rows do not fit their types: those need another look first. Default: any number. */
  readonly misfitsMost?: number;
  readonly onBytes?: (bytes: number) => void;
}

/** A text that does not fit its column's type. */
export interface Misfit {
  rows: number;
  /** Of the first row with it; null if lines were not counted. */
  readonly line: number | null;
}

export interface ProfiledReject {
  readonly reject: RawReject;
  readonly line: number | null;
}

export interface Profile {
  /** False if it ended early because of misfits. */
  readonly complete: boolean;
  /** Records, with the rejected ones. */
  readonly rows: number;
  readonly rejected: number;
  /** Accepted rows in which every value is null. */
  readonly blankRows: number;
  /** Records with too few or too many fields. */
  readonly ragged: { readonly short: number; readonly long: number };
  /** One for each column of the dataset. */
  readonly tallies: readonly Tally[];
  readonly misfits: readonly ReadonlyMap<string, Misfit>[];
  /** The first rejects. */
  readonly rejects: readonly ProfiledReject[];
  /** Texts of rows that are accepted, column by column; null where a value is null. */
  readonly kept: readonly (readonly (string | null)[])[];
}

const rejectsShown = 200;
/** Distinct misfits of one column that are kept. */
const misfitsKept = 5000;

/** Profiles the pieces with the dataset's columns. `layout`: how the file is read. */
export async function profileFile(
  dataset: CompiledDataset,
  layout: FileLayout,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  options: ProfileOptions,
): Promise<Profile> {
  const profiler = new Profiler(dataset, layout, options);
  const stopwatch = new Stopwatch();
  const { signal } = options;
  const { format } = layout;
  const kernel = format === undefined ? options.kernel : new JsonKernel(options.kernel, format);
  const plan = {
    ...layout,
    columns: dataset.columns,
    dialect: layout,
    places: needsPlaces(dataset),
  };
  for await (const piece of pieces) {
    kernel.begin(plan, { byteStart: piece.byteStart, skipBytes: 0 });
    const transcoder = createTranscoder(layout.encoding);
    const feeding = { kernel, encoding: layout.encoding, stopwatch, signal };
    const take = (batch: Batch) => profiler.take(batch, piece);
    for await (const bytes of piece.bytes) {
      options.onBytes?.(bytes.length);
      for await (const batch of feedKernel(transcoder.push(bytes), false, feeding)) take(batch);
      if (profiler.isFull) return profiler.result(false);
    }
    if (piece.isCut) continue;
    for await (const batch of feedKernel(transcoder.end(), true, feeding)) take(batch);
  }
  return profiler.result(true);
}

class Profiler {
  private readonly dataset: CompiledDataset;
  private readonly layout: FileLayout;
  private readonly options: ProfileOptions;
  private readonly tallies: readonly Tally[];
  private readonly misfits: readonly Map<string, Misfit>[];
  private readonly rejects: ProfiledReject[] = [];
  private readonly kept: (string | null)[][];
  private readonly stride: number;
  /** More rows than this are not kept, if the file has more than was expected. */
  private readonly keptMost: number;
  private readonly counts = { rows: 0, accepted: 0, rejected: 0, blank: 0, short: 0, long: 0 };

  constructor(dataset: CompiledDataset, layout: FileLayout, options: ProfileOptions) {
    this.dataset = dataset;
    this.layout = layout;
    this.options = options;
    this.tallies = dataset.columns.map(({ logical }) => new Tally(logical));
    this.misfits = dataset.columns.map(() => new Map());
    this.kept = dataset.columns.map(() => []);
    const { rowsKept = Number.POSITIVE_INFINITY, rowsExpected = 1 } = options;
    this.stride = Math.max(1, Math.floor(rowsExpected / rowsKept));
    this.keptMost = 2 * rowsKept;
  }

  get isFull(): boolean {
    return (
      this.counts.rejected - this.counts.short - this.counts.long >
      (this.options.misfitsMost ?? Number.POSITIVE_INFINITY)
    );
  }

  take(parsed: Batch, piece: Piece): void {
    const batch = convertFallbacks(this.dataset, parsed);
    this.counts.rows += batch.parsed;
    this.counts.rejected += batch.rejects.length;
    for (const reject of batch.rejects) this.takeReject(reject, piece);
    batch.vectors.forEach((vector, c) => {
      this.tallies[c].add(vector, batch.rows, this.options.kernel);
    });
    this.keep(batch);
    this.counts.accepted += batch.rows;
    this.counts.blank += blankRowsOf(batch);
  }

  private keep({ vectors, rows }: Batch): void {
    const { stride } = this;
    const first = (stride - (this.counts.accepted % stride)) % stride;
    if (this.kept.length > 0 && this.kept[0].length >= this.keptMost) return;
    vectors.forEach((vector, c) => {
      const { logical } = this.dataset.columns[c];
      const { text } = typeOf(logical);
      for (let row = first; row < rows; row += stride)
        this.kept[c].push(isValid(vector, row) ? text(vector, logical, row) : null);
    });
  }

  private takeReject(reject: RawReject, { linesBefore }: Piece): void {
    const line = linesBefore === null ? null : linesBefore + reject.line + 1;
    if (this.rejects.length < rejectsShown) this.rejects.push({ reject, line });
    if (reject.column < 0) {
      this.noteLength(reject);
      return;
    }
    const text = this.fieldOf(reject);
    if (text === null) return;
    const known = this.misfits[reject.column];
    const misfit = known.get(text);
    if (misfit !== undefined) misfit.rows++;
    else if (known.size < misfitsKept) known.set(text, { rows: 1, line });
  }

  private noteLength({ raw }: RawReject): void {
    const { fieldCount, format } = this.layout;
    if (format !== undefined) return;
    const { fields } = readFields(Buffer.from(raw), this.layout, fieldCount + 1);
    if (fields.length < fieldCount) this.counts.short++;
    else if (fields.length > fieldCount) this.counts.long++;
  }

  /** The text of the field at fault; null if it is not in the part of the record that is kept. */
  private fieldOf({ raw, column }: RawReject): string | null {
    const field = this.layout.fieldOfColumn[column];
    if (this.layout.format !== undefined)
      return fieldTexts(Buffer.from(raw), this.layout.format)[field] ?? null;
    const { fields } = readFields(Buffer.from(raw), this.layout, field + 1);
    return fields[field] ?? null;
  }

  result(complete: boolean): Profile {
    const { tallies, misfits, rejects, kept } = this;
    const { rows, rejected, blank: blankRows, short, long } = this.counts;
    return { complete, rows, rejected, blankRows, ragged: { short, long }, tallies, misfits, rejects, kept };
  }
}

/** Rows in which no vector has a value. */
function blankRowsOf({ vectors, rows }: Pick<Batch, 'vectors' | 'rows'>): number {
  if (vectors.some(({ validity }) => validity === null)) return 0;
  let blank = 0;
  for (let row = 0; row < rows; row++) if (!vectors.some((vector) => isValid(vector, row))) blank++;
  return blank;
}
