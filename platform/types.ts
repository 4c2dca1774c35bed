/** Contracts that coordinator, workers and command share. No code. */
import type { Drift, FileLink, RowCounts } from './progress/progress.ts';

/** Settings in force, from flags, environment and landfall.config.ts, in that order of weight. */
export interface Config {
  /** Where embedded state lives; absolute path. Default: ./.landfall */
  readonly home: string;
  /** Null: the embedded server under `home`. */
  readonly databaseUrl: string | null;
  /** Null: the queue lives in PostgreSQL. */
  readonly redisUrl: string | null;
  /** Folder (absolute path) or s3://bucket/prefix. Defaults ./landing, ./lake, ./archive */
  readonly landingUrl: string;
  readonly lakeUrl: string;
  readonly archiveUrl: string;
  /** Failed files go here: `failed` beside the archive. */
  readonly failedUrl: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  readonly workers: number;
  readonly chunkBytes: number;
  /** Seconds for which an outage (a server that is away, a full disk) is waited out. */
  readonly outageTimeout: number;
  /** How long a process may be silent before its work is taken over, in ms. */
  readonly lockMs: number;
  /** How long a process that is told to stop may go on with what is in flight, in ms. */
  readonly stopMs: number;
  /** Folders or files with dataset definitions, and `example:NAME` for those that ship with Landfall. */
  readonly datasets: readonly string[];
  /** The folders and files need not exist: nobody named them. */
  readonly datasetsOptional?: boolean;
}

/** The unit of work: an address and nothing else. */
export interface ChunkJob {
  readonly fileId: number;
  readonly chunkId: number;
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly dataset: string;
  readonly definitionVersion: string;
}

/** A range to hash and to look through for record borders, before a file is planned. */
export interface ScanJob {
  readonly fileId: number;
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Where the first record may begin: what is before it (BOM, header) is hashed but not scanned. Default byteStart. */
  readonly scanFrom?: number;
  /** The range is scanned piece by piece, cut at the file's multiples of this; each piece offers one
   * border for a chunk. Default: one piece. */
  readonly pieceBytes?: number;
}

/** What was found in a file that can only be read from its start: it is cut into chunks as it is read. */
export type StreamScan =
  | { readonly chunks: readonly StreamChunk[] }
  /** It cannot be read. */
  | { readonly error: { readonly code: string; readonly message: string; readonly fix: string } };

/** A file within a zip file, and the line of the whole at which it begins. */
export interface ZipEntry {
  readonly name: string;
  readonly line: number;
}

/** A line within a zip file: the file that it is of, and the line there. */
export interface ZipPlace {
  readonly name: string;
  readonly line: number;
}

export interface StreamChunk {
  /** In the file as it is stored; of a compressed one, its share of the bytes. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** 1-based line in the file of its first byte. */
  readonly lineStart: number;
  /** In what a compressed file unpacks to: there its bytes are in the spool. */
  readonly unpackedStart?: number;
  readonly unpackedEnd?: number;
  /** Of a zip file: what it is of. */
  readonly entry?: ZipEntry;
}

/** What is settled about one file when it is planned; the ledger's file.layout. */
export interface FileLayout {
  readonly delimiter: string;
  readonly quote: string | null;
  readonly trim: boolean;
  readonly escape?: string | null;
  readonly lineEnds?: 'lf' | 'any';
  readonly comment?: string | null;
  readonly shortRows?: 'reject' | 'pad';
  readonly longRows?: 'reject' | 'truncate';
  readonly encoding: string;
  /** What of this was found in the file, because the definition leaves it to the file. */
  readonly detected?: readonly string[];
  /** Bytes of BOM, preamble and header: chunk 0 skips them. */
  readonly headerBytes: number;
  /** Line ends among those. Default: 1 with a header, else 0. */
  readonly headerLines?: number;
  /** Bytes at the end that are not records. Default: 0. */
  readonly footerBytes?: number;
  /** How the file is compressed. Its places are those in what it unpacks to. Default: not at all. */
  readonly compression?: 'gzip' | 'zstd' | 'zip';
  /** Lines before the header that are left out, where they were found in the file or it is compressed; a
   * compressed file may hold several files, which each have them, and the others at their end. */
  readonly skipLines?: number;
  readonly skipFooterLines?: number;
  /** Field texts of the header as they stand in the file; empty without a header. */
  readonly header: readonly string[];
  readonly fieldCount: number;
  /** Field number of each definition column, -1 where the file lacks it. */
  readonly fieldOfColumn: readonly number[];
  /** How its columns differ from the definition's, where they do. */
  readonly drift?: Drift;
  /** Fields that mean no column and are kept, where the definition keeps such. */
  readonly extra?: readonly { readonly field: number; readonly name: string }[];
  /** Set for a file of corrected rows: which fields say what each row corrects. Those hold no data. */
  readonly corrections?: { readonly file: number; readonly byteOffset: number };
}

export type {
  Move,
  ReadableStore,
  Staged,
  Storage,
  StorageWriter,
  StoredObject,
} from './storage/contract.ts';

/** One part of the lake, as written and as the manifest lists it. */
export interface Part {
  /** Relative to the lake's root: trips/year=2018/month=05/f12-c3-ab12cd34.parquet */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** The reconciled account of one finished file. */
export interface Receipt {
  readonly file: string;
  readonly fileId: number;
  readonly dataset: string;
  readonly definitionVersion: string;
  readonly contentHash: string;
  readonly status: 'done' | 'failed' | 'duplicate';
  readonly bytes: number;
  readonly chunks: number;
  readonly rows: RowCounts;
  readonly parts: number;
  readonly lakeRows: number;
  readonly lakeBytes: number;
  /** Null for a dataset with the lake alone. */
  readonly starRows: number | null;
  readonly rejectsByCode: Readonly<Record<string, number>>;
  readonly layout: FileLayout | null;
  /** How the file's columns differ from the definition's; null where they do not, or are not known. */
  readonly drift: Drift | null;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** The file that this one comes from, where it comes from one. */
  readonly link?: FileLink;
  /** Set when the file was undone later; what is above is what it was. */
  readonly undone?: { readonly at: string; readonly reason: string };
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}
