/** Settles how one file is read, from its first bytes: dialect, header, where each column stands. */
import { readHead } from '../kernel/header.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { LandfallError } from '../platform/errors.ts';
import type { FileLayout } from '../platform/types.ts';
import { exportDelimiter, matchData, mendingFields } from './mending.ts';
import { sniffDelimiter } from './sniff.ts';

/** The first bytes of a file. */
export interface Head {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True where `bytes` is the whole file. */
  readonly whole: boolean;
}

/**
 * The layout, or null when `head` ends before the first record does: come back with more bytes.
 * Throws LF_FILE_BINARY, LF_FILE_ENCODING, LF_DIALECT_AMBIGUOUS, LF_HEADER.
 */
export function settleLayout(dataset: CompiledDataset, head: Head): FileLayout | null {
  refuseOtherThanText(head);
  const bytes = head.whole ? endedByNewline(head.bytes) : head.bytes;
  const { dialect } = dataset;
  const form = { quote: dialect.quote, trim: dialect.trim };
  const declared = () =>
    dialect.delimiter === 'auto' ? sniffDelimiter(bytes, form, head.name) : dialect.delimiter;
  const delimiter = exportDelimiter(bytes) ?? declared();
  const first = readHead(bytes, { ...form, delimiter });
  if (first === null) {
    if (head.whole) throw new LandfallError('LF_FILE_EMPTY', { file: head.name });
    return null;
  }
  const fieldCount = first.fields.length;
  const mending = mendingFields(first.fields);
  const hasHeader = dialect.header || mending !== undefined;
  return {
    delimiter,
    ...form,
    // What we exported is UTF-8, whatever it was exported from.
    encoding: mending ? 'utf-8' : dialect.encoding,
    headerBytes: hasHeader ? Math.min(first.bytes, head.bytes.length) : bomBytes(head.bytes),
    header: hasHeader ? first.fields : [],
    fieldCount,
    fieldOfColumn: matchData(dataset, first.fields, dialect),
    ...(mending && { mending }),
  };
}

/** A file's last record needs no line end, readHead wants one. */
function endedByNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) === 0x0a) return bytes;
  const ended = new Uint8Array(bytes.length + 1);
  ended.set(bytes);
  ended[bytes.length] = 0x0a;
  return ended;
}

function startsWith(bytes: Uint8Array, ...start: number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function bomBytes(bytes: Uint8Array): number {
  return startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
}

/** Compressed files, UTF-16 and binary files would only give a million rejects; say what they are instead. */
function refuseOtherThanText({ name, bytes }: Head): void {
  if (startsWith(bytes, 0x1f, 0x8b)) throw new LandfallError('LF_FILE_BINARY', { file: name, what: 'gzip' });
  if (startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)) {
    throw new LandfallError('LF_FILE_BINARY', { file: name, what: 'zstd' });
  }
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) {
    throw new LandfallError('LF_FILE_BINARY', { file: name, what: 'zip' });
  }
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    throw new LandfallError('LF_FILE_ENCODING', { file: name, encoding: 'UTF-16' });
  }
  if (bytes.subarray(0, 8192).includes(0)) {
    throw new LandfallError('LF_FILE_BINARY', { file: name, what: 'binary' });
  }
}
