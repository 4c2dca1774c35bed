/** A file's layout, and what it means for reading the file. */
import { unitBytes } from '../kernel/dialect/encodings.ts';
import type { JsonFormat } from '../kernel/json/fields.ts';
import type { KernelDialect } from '../kernel/types.ts';
import type { Drift, ReferenceVersion } from './progress/progress.ts';
import type { Compression } from './storage/unpack/types.ts';

/** What is settled about one file when it is planned; the ledger's file.layout. */
export interface FileLayout extends KernelDialect {
  readonly encoding: string;
  /** How its records are read, if it is JSON. The members of the dialect then cut it into lines. */
  readonly format?: JsonFormat;
  /** What of this was found in the file, because the definition leaves it to the file. */
  readonly detected?: readonly string[];
  /** Bytes of BOM, preamble and header: chunk 0 skips them. */
  readonly headerBytes: number;
  /** Line ends among those. Default: 1 with a header, else 0. */
  readonly headerLines?: number;
  /** Bytes at the end that are not records. Default: 0. */
  readonly footerBytes?: number;
  /** How the file is compressed. Its places are those in what it unpacks to. Default: not at all. */
  readonly compression?: Compression;
  /** Lines before the header that are left out, where they were found in the file or it is compressed; a
   * compressed file may hold several files, which each have them, and the others at their end. */
  readonly skipLines?: number;
  readonly skipFooterLines?: number;
  /** Records that make up the header, where it is not one. */
  readonly headerRows?: number;
  /** Field texts of the header as they stand in the file; empty without a header. */
  readonly header: readonly string[];
  readonly fieldCount: number;
  /** Field number of each definition column, -1 where the file lacks it. */
  readonly fieldOfColumn: readonly number[];
  /** How its columns differ from the definition's, where they do. */
  readonly drift?: Drift;
  /** Fields that mean no column and are kept, where the definition keeps such. */
  readonly extra?: readonly {
    readonly field: number;
    readonly name: string;
    /** The field is the object of all of them. */
    readonly whole?: boolean;
  }[];
  /** The versions of the reference tables that its rows are joined with, by name. */
  readonly references?: Readonly<Record<string, ReferenceVersion>>;
  /** Set for a file of corrected rows: which fields say what each row corrects. Those hold no data. */
  readonly corrections?: { readonly file: number; readonly byteOffset: number };
}

/** True for files that can only be read from their start: compressed, or without places to begin at. */
export function isStream({
  compression,
  encoding,
  format,
}: Pick<FileLayout, 'compression' | 'encoding' | 'format'>): boolean {
  return compression !== undefined || unitBytes(encoding) === null || format?.kind === 'json';
}

/** Line ends that come before the first record. */
export function linesBeforeRecords({ headerLines, header }: FileLayout): number {
  return headerLines ?? (header.length > 0 ? 1 : 0);
}
