/** A file of JSON that no definition describes, as a definition that is tried reads it. */
import type { Readable } from '../../coordinator/detect/content.ts';
import { KeptContent } from '../../coordinator/detect/kept-content.ts';
import { readLayout } from '../../coordinator/detect/read-layout.ts';
import { DocumentCut } from '../../kernel/json/document-cut.ts';
import type { Kernel } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { readingDocument } from '../../platform/document-error.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { openObject } from '../../platform/storage/index.ts';
import { wholeBytesMost } from '../../workers/profile/pieces.ts';
import { type Piece, type Profile, profileFile } from '../../workers/profile/profile-file.ts';
import { keptBytesMost, readableOf } from './file-reader.ts';
import { packedPieces } from './packed-pieces.ts';

export interface JsonReadOptions {
  readonly kernel: Kernel;
  readonly signal: AbortSignal;
  /** Bytes so far, of those of one reading of the file. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly of: number }) => void;
}

/** `files`: how many are read together. Throws LF_FILE_MISSING. */
export async function openJsonFile(path: string, files: number): Promise<JsonFile> {
  const readable = await readableOf(path);
  return new JsonFile({ ...readable, kept: new KeptContent(keptBytesMost / files) });
}

export class JsonFile {
  readonly file: Readable;

  constructor(file: Readable) {
    this.file = file;
  }

  /** True if `profile` reads every record. */
  get isReadWhole(): boolean {
    return this.file.bytes <= wholeBytesMost;
  }

  /**
   * Reads every record as a dataset of its own would load it, or the first ones of a very large file. Throws
   * LF_JSON_DOCUMENT and LF_JSON_RECORDS for a document that would fail.
   */
  async profile(
    dataset: CompiledDataset,
    { misfitsMost, ...options }: JsonReadOptions & { readonly misfitsMost?: number },
  ): Promise<{ readonly profile: Profile; readonly layout: FileLayout }> {
    const { kernel, signal, onProgress } = options;
    const layout = await readLayout(dataset, this.file);
    const of = Math.min(this.file.bytes, wholeBytesMost);
    let bytes = 0;
    const profile = await profileFile(dataset, layout, await this.pieces(layout), {
      ...{ kernel, signal, rowsKept: 1 },
      ...(misfitsMost !== undefined && { misfitsMost }),
      onBytes: (more) => onProgress?.({ bytes: (bytes += more), of }),
    });
    return { profile, layout };
  }

  private async pieces(layout: FileLayout): Promise<Iterable<Piece> | AsyncIterable<Piece>> {
    const { file } = this;
    const { headerBytes: start, headerLines: linesBefore = 0, compression } = layout;
    if (compression !== undefined)
      return packedPieces(file, layout, { budget: wholeBytesMost, linesBefore: 0 });
    const { storage, key } = await openObject(file.url);
    const { fingerprint } = file;
    const end = Math.max(start, Math.min(file.bytes, wholeBytesMost));
    const bytes = storage.read(key, { start, end, fingerprint, reuse: true });
    const isCut = end < file.bytes;
    return [{ byteStart: start, linesBefore, isCut, bytes: isCut ? bytes : whole(file, layout, bytes) }];
  }
}

/** The bytes of a document from its first record on, which must be whole. */
async function* whole(
  { name }: Readable,
  { format, headerBytes: byte, headerLines: lines = 0 }: FileLayout,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (format?.kind !== 'json') return yield* bytes;
  const cut = new DocumentCut(format.records, { byte, lines }, format.hasNone === true);
  for await (const piece of bytes) {
    readingDocument(name, format.records, () => cut.push(piece, Number.POSITIVE_INFINITY));
    yield piece;
  }
  readingDocument(name, format.records, () => cut.end());
}
