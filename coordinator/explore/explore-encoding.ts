/** The encoding of a file that no definition describes. Where files are refused as unclear, the likeliest is taken. */
import { type Encoding, toUtf8 } from '../../kernel/dialect/encodings.ts';
import type { Remark } from '../../model/infer/contract.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { likelyEncodings, settleEncoding } from '../detect/sniff-encoding.ts';

/** Valid sequences of UTF-8 for each invalid byte, in a text that is UTF-8 with a few damaged places. */
const validForInvalid = 4;

export function exploreEncoding(head: { name: string; bytes: Uint8Array; whole: boolean }): {
  encoding: Encoding;
  bomBytes: number;
  remarks: Remark[];
} {
  try {
    const { encoding, bomBytes } = settleEncoding('auto', head);
    const remarks: Remark[] =
      encoding === 'utf-8' ? [] : [{ kind: 'evidence', text: `the text is ${encoding}` }];
    if (encoding !== 'utf-8' && bomBytes === 0 && isDamagedUtf8(head.bytes)) return damaged();
    return { encoding: encoding as Encoding, bomBytes, remarks };
  } catch (error) {
    if (!(error instanceof LandfallError) || error.code === 'LF_FILE_BINARY') throw error;
    if (isDamagedUtf8(head.bytes)) return damaged();
    const likely = likelyEncodings(head.bytes);
    const encoding = likely[0]?.encoding ?? 'latin-1';
    const others = likely.slice(1, 3).map((one) => one.encoding);
    const text =
      others.length > 0
        ? `the text may be ${encoding} or ${others.join(' or ')}`
        : `no encoding that is read fits; ${encoding} is a guess`;
    return { encoding, bomBytes: 0, remarks: [{ kind: 'check', text }] };
  }
}

function damaged(): ReturnType<typeof exploreEncoding> {
  const text = 'the text is UTF-8 with invalid bytes in some places: rows with such bytes are rejected';
  return { encoding: 'utf-8', bomBytes: 0, remarks: [{ kind: 'check', text }] };
}

function isDamagedUtf8(bytes: Uint8Array): boolean {
  const text = toUtf8(bytes, 'utf-8');
  const decoded = Buffer.from(text.buffer, text.byteOffset, text.length).toString();
  const invalid = (decoded.match(/\ufffd/g) ?? []).length;
  const valid = (decoded.match(/[^\0-\x7f\ufffd]/g) ?? []).length;
  return invalid > 0 && valid >= validForInvalid * invalid;
}
