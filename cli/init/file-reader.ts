/** A file that no definition describes: how it is read, the values of its columns, and what typed columns show. */
import type { Readable } from '../../coordinator/detect/content.ts';
import { KeptContent } from '../../coordinator/detect/kept-content.ts';
import { readLayout } from '../../coordinator/detect/read-layout.ts';
import { namesTotals } from '../../coordinator/explore/cells.ts';
import { blankRowsRemark, type Exploration, exploreFile } from '../../coordinator/explore/explore-file.ts';
import { unitBytes } from '../../kernel/dialect/encodings.ts';
import type { Kernel } from '../../kernel/types.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { ColumnGuess, ColumnSample, Remark } from '../../model/infer/contract.ts';
import { defineDataset } from '../../model/language/define.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { plural } from '../../platform/plural.ts';
import { openObject } from '../../platform/storage/index.ts';
import { addressOf } from '../../sources/landing.ts';
import { piecesOf, wholeBytesMost } from '../../workers/profile/pieces.ts';
import { type Misfit, type Piece, type Profile, profileFile } from '../../workers/profile/profile-file.ts';
import { columnOf } from './column-of.ts';
import { packedPieces } from './packed-pieces.ts';

export interface ReadOptions {
  readonly kernel: Kernel;
  readonly signal: AbortSignal;
  /** How the file is written, where that is known. Default: what the file shows. */
  readonly exploration?: Exploration;
  /** Set if a person has said whether the file has a header. */
  readonly header?: boolean;
  /** Asked if nothing in the file decides whether the first record is a header. */
  readonly ask?: (file: string, firstRecord: readonly string[]) => Promise<boolean>;
  /** Bytes of what a compressed file contains that are kept. Default: keptBytesMost. */
  readonly keptBytes?: number;
  /** How far the reading of all rows has come. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly of: number }) => void;
}

/** Bytes from which the first guesses are made. */
const sampleBytes = 4 * 1024 * 1024;
/** Distinct texts of a column that are sampled. */
const valuesKept = 50_000;
/** Bytes of a compressed file's content that are unpacked once, however often they are read. */
export const keptBytesMost = 64 * 1024 * 1024;
/** Bytes that are read to try a definition whose types every row has been read with. */
const triedBytes = 64 * 1024 * 1024;

interface Reading {
  /** Bytes that are read at most. */
  readonly budget: number;
  /** Rows that are kept as texts, evenly spread over `rowsExpected`. Default: all. */
  readonly rowsKept?: number;
  readonly rowsExpected?: number;
  /** Rows that do not fit, before reading ends. Default: any number. */
  readonly misfitsMost?: number;
}

/** Throws LF_FILE_MISSING, LF_FILE_KIND, LF_INIT, and what reading and unpacking throw. */
export async function openFileReader(path: string, options: ReadOptions): Promise<FileReader> {
  const file = { ...(await readableOf(path)), kept: new KeptContent(options.keptBytes ?? keptBytesMost) };
  const reader = new FileReader(file, options.exploration ?? (await exploreSurely(file, options)), options);
  await reader.sample();
  return reader;
}

export async function readableOf(path: string): Promise<Readable> {
  const url = await addressOf(path);
  const { storage, key } = await openObject(url);
  const found = await storage.stat(key);
  if (found === null) throw new LandfallError('LF_FILE_MISSING', { file: path });
  return { name: path, url, bytes: found.bytes, fingerprint: found.fingerprint };
}

async function exploreSurely(file: Readable, { header, ask }: ReadOptions): Promise<Exploration> {
  const exploration = await exploreFile(file, header === undefined ? {} : { header });
  if (!exploration.undecided || ask === undefined) return exploration;
  return exploreFile(file, { header: await ask(file.name, exploration.firstRecord) });
}

export class FileReader {
  readonly file: Readable;
  exploration: Exploration;
  /** One for each field of a row. */
  samples: readonly ColumnSample[] = [];
  /** Texts of the last row if it adds up the others: they say nothing of the types. */
  totals: readonly (string | null)[] | null = null;
  /** True if `profile` reads every row. */
  readonly isReadWhole: boolean;
  private readonly options: ReadOptions;
  /** Rows that the file has, as far as the sample tells. */
  private sampledRows = 0;

  constructor(file: Readable, exploration: Exploration, options: ReadOptions) {
    this.file = file;
    this.exploration = exploration;
    this.options = options;
    this.isReadWhole = file.bytes <= wholeBytesMost;
  }

  async sample(): Promise<void> {
    const { header, fieldCount, moreHeaders } = this.exploration;
    const fields = Array.from({ length: fieldCount }, (_, i) => header?.[i] ?? '');
    const texts = fields.map((): ColumnGuess => ({ type: 'text', options: {}, nulls: [], remarks: [] }));
    const profile = await this.read(texts, { budget: sampleBytes });
    const last = profile.kept.map((column) => column.at(-1) ?? null);
    if (this.file.bytes <= sampleBytes && profile.rows >= rowsWithTotals && isTotals(last)) {
      this.totals = last;
      const text = `the last row looks like totals: ${JSON.stringify(labelOf(last))}`;
      this.addRemark({ kind: 'check', text });
    }
    const repeats = header === null ? new Set<number>() : repeatsOf(header, profile.kept);
    if (repeats.size > 0) {
      const text = `${plural(repeats.size, 'row')} ${repeats.size === 1 ? 'repeats' : 'repeat'} the header`;
      this.addRemark({ kind: 'check', text });
    }
    const rows = this.totals === null ? undefined : -1;
    this.samples = fields.map((name, c) => {
      const texts = profile.kept[c].filter((_, row) => !repeats.has(row));
      return sampleOf(name, texts.slice(moreHeaders, rows));
    });
    const { bytes } = this.file;
    this.sampledRows = Math.ceil(profile.rows * Math.max(1, Math.min(bytes, wholeBytesMost) / sampleBytes));
  }

  /** Reads every row, or evenly spread ones of a very large file, with one guess for each field. */
  profile(
    guesses: readonly ColumnGuess[],
    options: { readonly rowsKept: number; readonly misfitsMost?: number },
  ): Promise<Profile> {
    return this.read(guesses, { ...options, budget: wholeBytesMost, rowsExpected: this.sampledRows });
  }

  /** Reads short rows as if they ended in empty fields. False if they are so read already. */
  padShortRows(short: number, rows: number): boolean {
    const { dialect, remarks } = this.exploration;
    if (dialect.shortRows === 'pad') return false;
    const text = `short rows, ${short.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}: the fields that they lack are null`;
    this.exploration = {
      ...this.exploration,
      dialect: { ...dialect, shortRows: 'pad' },
      remarks: [...remarks, { kind: 'check', text }],
    };
    return true;
  }

  /** Leaves out rows without any value. False if they are left out already, or are empty fields of one column. */
  skipBlankRows(): boolean {
    const { dialect, remarks, fieldCount } = this.exploration;
    if (dialect.blankRows === 'skip' || fieldCount === 1) return false;
    this.exploration = {
      ...this.exploration,
      dialect: { ...dialect, blankRows: 'skip' },
      remarks: [...remarks, blankRowsRemark],
    };
    return true;
  }

  private addRemark(remark: Remark): void {
    this.exploration = { ...this.exploration, remarks: [...this.exploration.remarks, remark] };
  }

  /** True for a text that says nothing of the values: its line goes on with the header, repeats it, or adds up the rows. */
  isNoValue(text: string, field: number, { rows, line }: Misfit): boolean {
    const { moreHeaders, linesAbove, header } = this.exploration;
    if (line !== null && line <= linesAbove + moreHeaders) return true;
    if (header?.[field]?.trim() === text.trim()) return true;
    return rows === 1 && this.totals?.[field] === text;
  }

  private get isDivisible(): boolean {
    const { compression, dialect, hasLongRecords } = this.exploration;
    return (
      compression === undefined &&
      unitBytes(dialect.encoding ?? 'utf-8') === 1 &&
      !hasLongRecords &&
      dialect.lineEnds !== 'any'
    );
  }

  /**
   * Reads the file as a dataset of its own would load it, all of it if it is not very large. Null for a file without
   * rows. Throws LF_HEADER, and what else reading the layout throws.
   */
  async tryWith(dataset: CompiledDataset): Promise<{ profile: Profile; layout: FileLayout } | null> {
    const layout = await this.settled(() => readLayout(dataset, this.file));
    if (layout === null) return null;
    const options = { budget: triedBytes, rowsKept: 1 };
    return { profile: await this.readWith(dataset, layout, options), layout };
  }

  private async read(guesses: readonly ColumnGuess[], options: Reading): Promise<Profile> {
    const dataset = byPosition(this.exploration, guesses);
    const { fieldCount } = this.exploration;
    const fieldOfColumn = dataset.columns.map((_, c) => c);
    const layout = await this.settled(() => readLayout(dataset, this.file));
    return this.readWith(
      dataset,
      { ...(layout ?? emptyLayout), fieldCount, fieldOfColumn },
      options,
      layout === null,
    );
  }

  private async readWith(
    dataset: CompiledDataset,
    layout: FileLayout,
    { budget, ...options }: Reading,
    empty = false,
  ): Promise<Profile> {
    const { kernel, signal, onProgress } = this.options;
    const of = Math.min(this.file.bytes, budget);
    let bytes = 0;
    const onBytes = (more: number) => {
      bytes += more;
      if (budget === wholeBytesMost) onProgress?.({ bytes, of });
    };
    const pieces = empty ? [] : await this.pieces(layout, budget);
    return profileFile(dataset, layout, pieces, { ...options, kernel, signal, onBytes });
  }

  /** Null for a file without rows. */
  private async settled(read: () => Promise<FileLayout>): Promise<FileLayout | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof LandfallError && error.code === 'LF_FILE_EMPTY') return null;
      throw error;
    }
  }

  private async pieces(layout: FileLayout, budget: number): Promise<Iterable<Piece> | AsyncIterable<Piece>> {
    const { file, exploration } = this;
    const { linesAbove: linesBefore, compression } = exploration;
    if (compression !== undefined) return packedPieces(file, layout, { budget, linesBefore });
    const { storage, key } = await openObject(file.url);
    const bytes = this.isDivisible
      ? file.bytes
      : Math.min(file.bytes, Math.max(budget, layout.headerBytes + 1));
    if (bytes < file.bytes) {
      const range = { start: layout.headerBytes, end: bytes, fingerprint: file.fingerprint, reuse: true };
      return [{ byteStart: layout.headerBytes, linesBefore, bytes: storage.read(key, range), isCut: true }];
    }
    return piecesOf({ storage, key, bytes, fingerprint: file.fingerprint, linesBefore }, layout, budget);
  }
}

const emptyLayout: FileLayout = {
  delimiter: ',',
  quote: '"',
  trim: false,
  encoding: 'utf-8',
  headerBytes: 0,
  header: [],
  fieldCount: 1,
  fieldOfColumn: [],
};

/** A dataset that reads the rows by position. */
function byPosition({ dialect, linesAbove }: Exploration, guesses: readonly ColumnGuess[]): CompiledDataset {
  const columns = Object.fromEntries(
    guesses.map((guess, c) => [`c${c + 1}`, columnOf(guess, { optional: true })]),
  );
  return compileDataset(
    defineDataset({
      name: 'profiled',
      dialect: { ...dialect, header: false, headerRows: 1, skipLines: linesAbove },
      columns,
      star: 'none',
    }),
  );
}

/** Rows from which on the last may be totals. */
const rowsWithTotals = 3;

function labelOf(row: readonly (string | null)[]): string {
  return row.find((text) => text !== null) ?? '';
}

function isTotals(row: readonly (string | null)[]): boolean {
  return namesTotals(labelOf(row));
}

/** The rows that have the names of the columns for values, as sheets repeat them on each page. */
function repeatsOf(header: readonly string[], columns: Profile['kept']): ReadonlySet<number> {
  const isRepeat = (row: number) =>
    columns.every((texts, c) => (texts[row] ?? '').trim() === header[c].trim());
  const rows = Array.from(columns[0] ?? [], (_, row) => row);
  return new Set(header.some((name) => name.trim() !== '') ? rows.filter(isRepeat) : []);
}

function sampleOf(header: string, texts: readonly (string | null)[]): ColumnSample {
  const values = new Map<string, number>();
  let blanks = 0;
  for (const text of texts) {
    if (text === null) blanks++;
    else if (values.size < valuesKept || values.has(text)) values.set(text, (values.get(text) ?? 0) + 1);
  }
  return { header, values, blanks };
}
