/** The content of a compressed file, as pieces that are profiled. */
import { type Readable, readContent } from '../../coordinator/detect/content.ts';
import { footerBytesMost } from '../../coordinator/explore/explore-file.ts';
import { unitBytes } from '../../kernel/dialect/encodings.ts';
import { footerBytes } from '../../kernel/dialect/lines.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { Piece } from '../../workers/profile/profile-file.ts';

/**
 * Each file in a compressed one, without what stands above and below its rows. Further files in encodings of several
 * bytes a character, and further documents of JSON, are left out.
 */
export async function* packedPieces(
  file: Readable,
  layout: FileLayout,
  { budget, linesBefore }: { budget: number; linesBefore: number },
): AsyncGenerator<Piece> {
  const { headerBytes, compression, encoding, format } = layout;
  const content = readContent(file, compression);
  try {
    let part = await content.next();
    let at = 0;
    while (!part.done && at <= budget) {
      const { entry } = part.value;
      const isFirst = at === 0;
      if (!isFirst && (unitBytes(encoding) !== 1 || format?.kind === 'json')) return;
      const piece = {
        byteStart: at + (isFirst ? headerBytes : 0),
        linesBefore,
        isCut: false,
        bytes: withoutFooter(entryBytes(), layout),
      };
      yield piece;

      async function* entryBytes(): AsyncGenerator<Uint8Array> {
        let toSkip = headerBytes;
        let lines = linesBefore;
        for (; !part.done && part.value.entry === entry; part = await content.next()) {
          let { bytes } = part.value;
          at += bytes.length;
          piece.isCut = at > budget;
          if (piece.isCut) return;
          if (isFirst) {
            const skipped = Math.min(toSkip, bytes.length);
            toSkip -= skipped;
            bytes = bytes.subarray(skipped);
          } else {
            for (; lines > 0 && bytes.length > 0; lines--) {
              const lf = bytes.indexOf(0x0a);
              bytes = lf < 0 ? bytes.subarray(bytes.length) : bytes.subarray(lf + 1);
              if (lf < 0) break;
            }
          }
          if (bytes.length > 0) yield bytes;
        }
      }
    }
  } finally {
    // The last part may have been left unread.
    await content.return(undefined);
  }
}

/** Holds the last bytes back until the end, and leaves the footer out of them. */
async function* withoutFooter(
  bytes: AsyncIterable<Uint8Array>,
  layout: FileLayout,
): AsyncGenerator<Uint8Array> {
  const { skipFooterLines = 0 } = layout;
  if (skipFooterLines === 0) return yield* bytes;
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of bytes) {
    const all = Buffer.concat([held, piece]);
    const given = Math.max(0, all.length - footerBytesMost);
    if (given > 0) yield all.subarray(0, given);
    held = all.subarray(given);
  }
  const footer = footerBytes(held, true, skipFooterLines, layout) ?? 0;
  if (footer < held.length) yield held.subarray(0, held.length - footer);
}
