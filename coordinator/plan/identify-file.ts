/** Identifies a file that is small enough to be read whole: its layout and its content hash, from one read. */
import { DocumentCut } from '../../kernel/json/document-cut.ts';
import { refuseDrift } from '../../model/file/drift.ts';
import { readingDocument } from '../../platform/document-error.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { BlockHasher, contentHash } from '../../platform/storage/content-hash.ts';
import { compressionOf } from '../../platform/storage/unpack/index.ts';
import { readStart } from '../detect/content.ts';
import { withEnds } from '../detect/read-layout.ts';
import { settleLayout } from '../detect/settle-layout.ts';
import type { Discovered, Identified } from '../stages.ts';

/** A file of one chunk up to this size is read whole by the coordinator instead of scanned by workers. */
const wholeBytes = 8 * 1024 * 1024;

/** True for a file that is read whole, unless it turns out to be compressed. */
export function isReadWhole({ file }: Discovered, chunkBytes: number): boolean {
  return file.bytes <= Math.min(wholeBytes, chunkBytes);
}

/**
 * Returns null for a compressed file, whose chunks only a scan can determine. Throws the errors that fail the file:
 * LF_FILE_EMPTY, LF_FILE_BINARY, LF_FILE_ENCODING, LF_FILE_CHANGED, LF_HEADER, …
 */
export async function identifyWhole(discovered: Discovered): Promise<Identified | null> {
  const { file, definition } = discovered;
  const bytes = await readStart(file, file.bytes);
  if (compressionOf(bytes) !== null) return null;
  const settled = settleLayout(definition, { name: file.name, bytes, whole: true })!;
  const layout = await withEnds(definition, file, settled, {});
  refuseDrift(definition, file, layout);
  refuseBroken(file.name, layout, bytes);
  const hasher = new BlockHasher();
  hasher.update(bytes);
  const chunks = [{ number: 0, byteStart: 0, byteEnd: file.bytes, lineStart: 1 }];
  return { ...discovered, layout, contentHash: contentHash([hasher.finish()]), chunks };
}

/** Throws LF_JSON_DOCUMENT for a document that is cut off, so that none of its records is lost unseen. */
function refuseBroken(
  name: string,
  { format, headerBytes, headerLines = 0 }: FileLayout,
  bytes: Uint8Array,
): void {
  if (format?.kind !== 'json') return;
  const { records, hasNone = false } = format;
  readingDocument(name, records, () => {
    const cut = new DocumentCut(records, { byte: headerBytes, lines: headerLines }, hasNone);
    cut.push(bytes.subarray(headerBytes), Number.POSITIVE_INFINITY);
    cut.end();
  });
}
