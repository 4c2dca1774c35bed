/** The kernel's input (a plan) and output (batches). It depends on nothing else. */
import type { Vector } from './columns/vectors.ts';

/**
 * How the bytes of a file are cut into records and fields. Members left out are as in the plainest dialect,
 * which has its own reader (kernel/assembly/read/read.ts). All others go through a table of states
 * (kernel/dialect/machine.ts).
 */
export interface KernelDialect {
  /** Field separator: one or more characters; or 'blanks': runs of spaces and tabs, which may also surround a
   * record. */
  readonly delimiter: string;
  /** Quote character, or null if quotes are ordinary bytes. A quote opens a quoted field only as the field's
   * first byte (with `trim`: after spaces and tabs). Inside, a doubled quote is one quote. */
  readonly quote: string | null;
  /** Strip spaces and tabs around unquoted values, and allow them around quoted ones. */
  readonly trim: boolean;
  /** Makes a quote, delimiter (of one character), line end or escape after it an ordinary character. Before
   * any other character it is ordinary itself. Default: none. */
  readonly escape?: string | null;
  /** `lf`: LF and CRLF end records; `any`: CR too. Default: lf. */
  readonly lineEnds?: 'lf' | 'any';
  /** Lines that begin with this text are not records. Default: none. */
  readonly comment?: string | null;
  /** Records with fewer fields: rejected, or padded with empty fields. Default: reject. */
  readonly shortRows?: 'reject' | 'pad';
  /** Records with more fields: rejected, or truncated. Default: reject. */
  readonly longRows?: 'reject' | 'truncate';
  /** Records of delimiters and blanks alone: read like others, or skipped like blank lines. Default: read. */
  readonly blankRows?: 'read' | 'skip';
  /** Encoding of the file, which is transcoded to UTF-8 before the kernel sees it. Places are given in bytes
   * of the file. Default: utf-8. */
  readonly encoding?: string;
}

/** The value types the kernel converts itself. Others arrive as `utf8` and are converted in TypeScript. */
export type KernelType =
  | { readonly kind: 'dictionary' }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'int32'; readonly min: number; readonly max: number }
  | { readonly kind: 'int64' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** Decimal numbers, to the nearest double. `nonFinite`: what to do with nan, inf and infinity, of either
   * sign and in any case. Default: reject. */
  | { readonly kind: 'float64'; readonly nonFinite?: 'reject' | 'null' | 'keep' }
  | { readonly kind: 'boolean' }
  /** Formats: see kernel/formats.ts. `begin` throws a RangeError for an invalid one. */
  | { readonly kind: 'date'; readonly formats: readonly string[] }
  | {
      readonly kind: 'timestamp';
      readonly formats: readonly string[];
      readonly zone: ZoneTable;
      /** Second 60: out of range, or read as 59. Default: reject. */
      readonly leapSecond?: 'reject' | 'clamp';
      /** A fraction that is finer than a microsecond: rejected, or cut. Default: reject. */
      readonly fraction?: 'reject' | 'truncate';
    }
  | { readonly kind: 'uuid' }
  /** `POINT (lon lat)` or `lat,lon`; beyond ±180 and ±90 degrees is out of range. */
  | { readonly kind: 'point'; readonly form: 'wkt' | 'latlon' };

/**
 * UTC offsets of a zone, as transitions. Interval i is [utc[i], utc[i+1]) with offset[i];
 * utc[0] is -Infinity stored as Number.MIN_SAFE_INTEGER. A zone without transitions has one interval.
 */
export interface ZoneTable {
  readonly zone: string;
  /** Seconds since the epoch at which interval i begins. */
  readonly utc: Float64Array;
  /** Seconds east of UTC in interval i. */
  readonly offset: Int32Array;
  /** A local time that happened twice. */
  readonly ambiguous: 'earlier' | 'later' | 'reject';
  /** A local time that never happened; `later` reads it with the offset before the gap. */
  readonly skipped: 'earlier' | 'later' | 'reject';
}

export interface KernelColumn {
  readonly name: string;
  readonly type: KernelType;
  /** A null in a required column rejects the row. */
  readonly required: boolean;
  /** Unquoted and quoted texts that mean null, compared byte for byte after trimming. */
  readonly nulls: readonly string[];
}

/** The columns of a dataset and, for one file, which field of its records each of them is. */
export interface KernelPlan {
  readonly dialect: KernelDialect;
  readonly columns: readonly KernelColumn[];
  /** Field number of each column in the record; -1 if the file lacks the column, whose values are then null. */
  readonly fieldOfColumn: readonly number[];
  /** Number of fields of a well-formed record. */
  readonly fieldCount: number;
  /** Batches give the places of their accepted rows (Batch.place). Default: false. */
  readonly places?: boolean;
}

/** Why a row was rejected. platform/errors/errors.ts gives each reason its LF_ code and its message. */
export const RejectReason = {
  fieldCount: 1,
  missing: 2,
  type: 3,
  range: 4,
  quote: 5,
  encoding: 6,
  ambiguousTime: 7,
  skippedTime: 8,
  tooLong: 9,
  // Found by the model, in rows that the kernel accepted.
  length: 10,
  pattern: 11,
  value: 12,
  rule: 13,
  // A NUL in a text.
  nul: 14,
  // NaN or an infinity.
  notFinite: 15,
  // Found in the ledger: another row has the same key.
  unique: 16,
  // A fraction of a second that is finer than a microsecond.
  fraction: 17,
  // Found by the model: a text that does not name a zone.
  zone: 18,
  // Found before the sinks: a value is too long for an index or the name of a folder.
  limit: 19,
  // Found by the model: a function of the definition rejects the row.
  compute: 20,
  // Found before the sinks: a column that identifies or orders events has no value.
  key: 21,
  order: 22,
  // A record of JSON that is malformed, or has something else where paths lead through.
  json: 23,
} as const;
export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason];

/** A record's place in its file, and its text. */
export interface RowPlace {
  /** Offset of the record's first byte in the file. */
  readonly byteOffset: number;
  /** Bytes of the record without its line end. */
  readonly byteLength: number;
  /** Record number in the chunk, from 0. Rejected records count, blank lines do not. */
  readonly record: number;
  /** Newlines in the chunk before this record (line number = chunk's first line + this). */
  readonly line: number;
  /** At most 8 KiB of the record's text, decoded with replacement characters. */
  readonly raw: string;
}

/** What is wrong with a column of a row. */
export interface Fault {
  /** Index into plan.columns, or -1 if the record as a whole is at fault. */
  readonly column: number;
  readonly reason: RejectReason;
  /** Name of the rule that the row breaks, for `rule`. */
  readonly rule?: string;
}

/** A row that was not loaded, with its place. */
export interface RawReject extends RowPlace {
  /** Index into plan.columns, or -1 if the record as a whole is at fault. */
  readonly column: number;
  readonly reason: RejectReason;
  /** Name of the rule that the row breaks, for `rule` and `unique`. */
  readonly rule?: string;
  /** What else is wrong with the row: at most 7 faults, of later columns. */
  readonly others?: readonly Fault[];
  /** For `unique`: the place, in words, of the row that has the same key. */
  readonly first?: string;
  /** For `limit`: the column, which may be an enrichment, and what it is too long for. */
  readonly past?: {
    readonly column: string;
    readonly what: string;
    readonly bytes: number;
    readonly most: number;
  };
  /** For `compute`: the column whose function rejects the row, and why, in words. For `json`: only why. For `key` and
   * `order`: the enrichment that has no value. */
  readonly computed?: string;
  readonly because?: string;
  /** For `encoding`: bytes of `raw`, as UTF-8, before the first invalid one; null if that is not known. */
  readonly validBytes?: number | null;
}

/** Typed columns of up to `batchRows` accepted rows. Valid until the next call on the same kernel. */
export interface Batch {
  readonly rows: number;
  /** One vector per plan.columns, in that order. */
  readonly vectors: readonly Vector[];
  /** Offset in the file of each accepted record's first byte. */
  readonly byteOffsets: Float64Array;
  readonly rejects: readonly RawReject[];
  /** Records consumed by this batch: rows + rejects.length. */
  readonly parsed: number;
  /** The place of accepted row `row`, for rows that are rejected after the kernel. Present if the plan asks for
   * places. Valid as long as the batch. */
  readonly place?: (row: number) => RowPlace;
  /** Newlines in the chunk before accepted row `row`: `line` of its place alone. Present if `place` is. */
  readonly line?: (row: number) => number;
}

/** A value column of a binary COPY row. */
export type CopyField =
  | { readonly kind: 'int2' | 'int4'; readonly vector: Extract<Vector, { kind: 'int32' }> }
  | { readonly kind: 'int8'; readonly vector: Extract<Vector, { kind: 'int64' }> }
  | { readonly kind: 'constant4'; readonly value: number }
  | { readonly kind: 'float8'; readonly vector: Extract<Vector, { kind: 'float64' }> }
  | { readonly kind: 'bool'; readonly vector: Extract<Vector, { kind: 'boolean' }> }
  | { readonly kind: 'date'; readonly vector: Extract<Vector, { kind: 'int32' }> }
  | { readonly kind: 'timestamptz'; readonly vector: Extract<Vector, { kind: 'timestamp' }> }
  /** Lengths of time in µs. */
  | { readonly kind: 'interval'; readonly vector: Extract<Vector, { kind: 'int64' }> }
  | {
      readonly kind: 'numeric';
      readonly scale: number;
      readonly vector: Extract<Vector, { kind: 'int64' | 'decimal128' }>;
    }
  | { readonly kind: 'uuid'; readonly vector: Extract<Vector, { kind: 'uuid' }> }
  | { readonly kind: 'text'; readonly vector: Extract<Vector, { kind: 'dictionary' | 'utf8' }> }
  | { readonly kind: 'jsonb'; readonly vector: Extract<Vector, { kind: 'utf8' }> };

/** Rows in packed form: binary COPY, a tuple for as many rows as fit into a page (kernel/assembly/pack/pack.ts). */
export interface PackedRows {
  /** A view, valid until the next call. */
  readonly bytes: Uint8Array;
  readonly tuples: number;
}

export interface Packing {
  /** For each field, whether its rows may be null. */
  readonly nullable: readonly boolean[];
  /**
   * The field of whole numbers, dates or times by which rows are roughly sorted. Tuples end with its least and greatest
   * value. Null: rows keep their order.
   */
  readonly sortBy: number | null;
  readonly chunkId: number;
}

/** Hashes of texts, in the order of the texts. */
export interface TextHashes {
  /** xxHash64 with seed 0 (1 in place of 0), as two words each: the low 32 bits, then the high ones. */
  readonly words: Int32Array;
  /** The low 32 bits of xxHash64 with seed 1. */
  readonly checks: Int32Array;
}

/**
 * Reads one chunk at a time. A worker keeps one kernel per slot and calls `begin` for each chunk.
 *
 *   begin ─▶ (fill input ─▶ next … next = null) ─▶ … ─▶ last fill ─▶ next … next = null ─▶ done
 */
export interface Kernel {
  /** Starts a chunk. Reuses the memory and forgets the dictionaries. */
  begin(plan: KernelPlan, chunk: { readonly byteStart: number; readonly skipBytes: number }): void;
  /** Free input space: at least 256 KiB, unless a record is longer than that. Write bytes at its start. */
  inputSpace(): Uint8Array;
  /** Tells the kernel how many bytes were written. `last`: they include the chunk's final byte. */
  filled(byteCount: number, last: boolean): void;
  /** The next batch; null if the kernel needs input or, after the last input, if the chunk is finished.
   * One call takes at most about 20 ms. */
  next(): Batch | null;
  /** `rows` rows in binary COPY format, without header and trailer. A view, valid until the next call. */
  encodeCopyRows(fields: readonly CopyField[], rows: number): Uint8Array;
  /**
   * Encodes rows in packed form. Throws a RangeError if a row does not fit into a page. Neither jsonb, interval, constant4
   * nor numeric beyond 18 digits.
   */
  packCopyRows(fields: readonly CopyField[], rows: number, packing: Packing): PackedRows;
  /** Hashes of `offsets.length - 1` texts, text i from offset i to offset i + 1. Views, valid until the next call. */
  hashTexts(offsets: Int32Array, bytes: Uint8Array): TextHashes;
}

/**
 * What a range of bytes does to the CSV state machine, for every state that the range may begin in: four in the
 * plainest dialect (FieldStart, Unquoted, Quoted, QuoteInQuoted), all states of its table in any other.
 * State 0 is where a record begins.
 */
export interface RangeScan {
  readonly byteStart: number;
  readonly byteEnd: number;
  /** End state for each start state. */
  readonly endState: readonly number[];
  /** Offset in the file just past the first record end in the range, for each start state; -1: none. */
  readonly firstRecordStart: readonly number[];
  /** Number of line ends before that offset (0 if there is none), for each start state. */
  readonly linesBefore: readonly number[];
  /** Line ends in the range; for each start state if they can differ. */
  readonly lines: number | readonly number[];
}
