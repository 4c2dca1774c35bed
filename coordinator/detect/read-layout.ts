/** Reads as much of a file as is needed to settle how the rest is read. */
import { footerBytes } from '../../kernel/dialect/lines.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { type Compression, compressionOf, magicBytes } from '../../platform/storage/unpack/index.ts';
import { type Readable, readContent, readRange, readStart } from './content.ts';
import type { Head } from './head.ts';
import { settleLayout } from './settle-layout.ts';

/** First bytes of a file that are searched for its header; doubled up to the most. */
const headBytes = 1024 * 1024;
const headBytesMost = 16 * 1024 * 1024;
/** The most when many dialects are tried on them. */
const triedBytesMost = 4 * 1024 * 1024;

/** The footer must fit into this. */
const tailBytes = 1024 * 1024;

/** The first bytes of a file's content; of a zip file, of its first CSV. */
export async function readHeadOf(
  file: Readable,
  length: number,
): Promise<Head & { readonly compression: Compression | undefined }> {
  const { name } = file;
  const compression = compressionOf(await readStart(file, magicBytes)) ?? undefined;
  if (compression === undefined) {
    const bytes = await readStart(file, length);
    return { name, compression, bytes, whole: bytes.length === file.bytes };
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  let first: string | null = null;
  for await (const { bytes, entry } of readContent(file, compression)) {
    first ??= entry;
    if (entry !== first) break;
    if (size >= length) return { name, compression, bytes: Buffer.concat(pieces), whole: false };
    pieces.push(bytes);
    size += bytes.length;
  }
  return { name, compression, bytes: Buffer.concat(pieces), whole: true };
}

/** Throws LF_HEADER_LONG, LF_FOOTER_LONG, what settleLayout throws and what unpacking throws. */
export async function readLayout(dataset: CompiledDataset, file: Readable): Promise<FileLayout> {
  const { delimiter, quote } = dataset.dialect;
  const most = [delimiter, quote].includes('auto') ? triedBytesMost : headBytesMost;
  for (let length = headBytes; length <= most; length *= 2) {
    const head = await readHeadOf(file, length);
    const layout = settleLayout(dataset, head);
    if (layout !== null) return withEnds(dataset, file, layout, head);
  }
  throw new LandfallError('LF_HEADER_LONG', { file: file.name, bytes: most });
}

/** Adds what is known of the file's end, and of the files within a compressed one. */
export async function withEnds(
  { dialect }: CompiledDataset,
  file: Readable,
  layout: FileLayout,
  { compression }: { compression?: Compression },
): Promise<FileLayout> {
  const { skipFooterLines } = dialect;
  const skipLines = dialect.skipLines === 'auto' ? layout.skipLines : dialect.skipLines;
  if (layout.corrections !== undefined)
    return compression === undefined ? layout : { ...layout, compression };
  if (layout.format !== undefined && compression !== undefined) {
    // Each file within has its own array.
    const { hasNone: _, ...format } = layout.format;
    return { ...layout, compression, format };
  }
  if (compression !== undefined) return { ...layout, compression, skipLines, skipFooterLines };
  if (skipFooterLines === 0) return layout;
  const start = Math.max(0, file.bytes - tailBytes);
  const tail = await readRange(file, start, file.bytes);
  const footer = footerBytes(tail, start === 0, skipFooterLines, layout);
  if (footer === null)
    throw new LandfallError('LF_FOOTER_LONG', { file: file.name, lines: skipFooterLines, bytes: tailBytes });
  return { ...layout, footerBytes: Math.min(footer, file.bytes - layout.headerBytes) };
}
