/** The scan of a file that can only be read from its start: it is cut into chunks as it is read. */

/** What was found in it. */
export type StreamScan =
  | { readonly chunks: readonly StreamChunk[] }
  /** It cannot be read. */
  | { readonly error: { readonly code: string; readonly message: string; readonly fix: string } };

export interface StreamChunk {
  /** In the file as it is stored. For a compressed file: its share of the bytes. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Line of its first byte, from 1. */
  readonly lineStart: number;
  /** In what a compressed file unpacks to; these bytes are in the spool. */
  readonly unpackedStart?: number;
  readonly unpackedEnd?: number;
  /** Where the file is a zip file: the entry that it belongs to. */
  readonly entry?: ZipEntry;
}

/** A file within a zip file, and the line of the whole at which it begins. */
export interface ZipEntry {
  readonly name: string;
  readonly line: number;
}

/** A line within a zip file: the file that it belongs to, and its number there. */
export interface ZipPlace {
  readonly name: string;
  readonly line: number;
}
