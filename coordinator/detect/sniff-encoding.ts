/**
 * Settles a file's encoding: the one that its byte order mark or its definition says or, for `auto`, the one
 * that its first bytes fit. When the definition names one, no other is tried: a file that shows another is
 * refused.
 */
import { type Encoding, encodings, INVALID, toUtf8 } from '../../kernel/dialect/encodings.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { judged, scoreOf } from './encoding-scores.ts';

export interface SettledEncoding {
  readonly encoding: string;
  /** Of the byte order mark. */
  readonly bomBytes: number;
  readonly detected: boolean;
}

/** Bytes that are judged, of lines with characters beyond ASCII. */
const judgedBytes = 64 * 1024;

const marks: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Readings whose scores differ by less than this are equally likely; below the least score, none is. */
const scoreApart = 0.1;
const scoreLeast = 0.15;

/**
 * `declared`: the definition's encoding, or 'auto'. Throws LF_FILE_ENCODING, LF_FILE_BINARY,
 * LF_DIALECT_AMBIGUOUS.
 */
export function settleEncoding(
  declared: string,
  { name, bytes, whole }: { name: string; bytes: Uint8Array; whole: boolean },
): SettledEncoding {
  const mark = marks.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  const shown = mark?.[0] ?? utf16Pattern(bytes);
  const bomBytes = mark?.[1].length ?? 0;
  const wide = declared.startsWith('utf-16');
  if (declared !== 'auto') {
    if (shown !== null && shown !== declared)
      throw new LandfallError('LF_FILE_ENCODING', { file: name, encoding: shown, declared });
    if (!wide) refuseBinary(name, bytes);
    return { encoding: declared, bomBytes, detected: false };
  }
  if (shown !== null) return { encoding: shown, bomBytes, detected: true };
  refuseBinary(name, bytes);
  return { encoding: judge(name, bytes, whole), bomBytes: 0, detected: true };
}

/**
 * ASCII in UTF-16 has a NUL in every other byte. Other scripts have one in each delimiter and line end, and no
 * other data makes a text when it is read as UTF-16.
 */
function utf16Pattern(bytes: Uint8Array): Encoding | null {
  const looked = bytes.subarray(0, Math.min(bytes.length, 4096) & ~1);
  const nuls = [0, 0];
  for (let i = 0; i < looked.length; i++) if (looked[i] === 0) nuls[i & 1]++;
  const many = Math.max(...nuls);
  if (looked.length < 8 || many < looked.length / 200) return null;
  if (many > looked.length / 6 && Math.min(...nuls) <= many / 8)
    return nuls[1] > nuls[0] ? 'utf-16le' : 'utf-16be';
  const fitting = (['utf-16le', 'utf-16be'] as const).filter((encoding) => isUtf16(looked, encoding));
  return fitting.length === 1 ? fitting[0] : null;
}

/** Lines of assigned characters, without control characters other than tabs and line ends. */
function isUtf16(looked: Uint8Array, encoding: Encoding): boolean {
  const units = looked.subarray(0, looked.length - (endsInPair(looked, encoding) ? 2 : 0));
  const shown = text(units, encoding);
  return /[\r\n]/.test(shown) && !/[^\P{Cc}\t\r\n]|\p{Cn}/u.test(shown) && fits(units, encoding);
}

/** True when the last unit is the first half of a surrogate pair. */
function endsInPair(units: Uint8Array, encoding: Encoding): boolean {
  const high = units[units.length - (encoding === 'utf-16le' ? 1 : 2)];
  return high >= 0xd8 && high < 0xdc;
}

/** A few NULs only concern the rows that have them; a file with many is not text. Throws LF_FILE_BINARY. */
export function refuseBinary(name: string, bytes: Uint8Array): void {
  const looked = bytes.subarray(0, 8192);
  let nuls = 0;
  for (const byte of looked) if (byte === 0) nuls++;
  if (nuls > 0 && nuls > looked.length / 100)
    throw new LandfallError('LF_FILE_BINARY', { file: name, what: 'binary' });
}

function judge(name: string, bytes: Uint8Array, whole: boolean): string {
  if (isUtf8(bytes, whole)) return 'utf-8';
  const readings = likelyEncodings(bytes);
  const [best] = readings;
  if (best === undefined || best.score < scoreLeast) {
    const declared = `any that is read (${encodings.join(', ')})`;
    throw new LandfallError('LF_FILE_ENCODING', { file: name, encoding: 'another encoding', declared });
  }
  const alike = readings.filter(({ score }) => score > best.score - scoreApart);
  if (alike.length === 1) return best.encoding;
  const candidates = alike.map(({ encoding, shown }) => `as ${encoding} it says ${excerpt(shown)}`);
  throw new LandfallError('LF_DIALECT_AMBIGUOUS', { file: name, candidates: candidates.join(', ') });
}

/** Encodings in which no byte is invalid, the likeliest first, with the lines that were judged. */
export function likelyEncodings(bytes: Uint8Array): { encoding: Encoding; shown: string; score: number }[] {
  const sample = otherThanAscii(bytes);
  return judged
    .filter((encoding) => fits(sample, encoding))
    .map((encoding) => {
      const shown = text(sample, encoding);
      return { encoding, shown, score: scoreOf(shown, encoding) };
    })
    .sort((a, b) => b.score - a.score);
}

/** Unless it is the whole file, `bytes` may end within a character. */
function isUtf8(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

/** The lines that can tell encodings apart: those with characters beyond ASCII. */
function otherThanAscii(bytes: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length && size < judgedBytes; ) {
    const lf = bytes.indexOf(0x0a, at);
    const end = Math.min(lf < 0 ? bytes.length : lf + 1, at + judgedBytes);
    const line = bytes.subarray(at, end);
    if (line.some((byte) => byte >= 0x80)) {
      lines.push(line);
      size += line.length;
    }
    at = end;
  }
  return Buffer.concat(lines);
}

function text(bytes: Uint8Array, encoding: Encoding): string {
  return Buffer.from(toUtf8(bytes, encoding)).toString();
}

/** True when no byte is invalid. */
function fits(bytes: Uint8Array, encoding: Encoding): boolean {
  const invalid = toUtf8(bytes, encoding).indexOf(INVALID);
  return invalid < 0;
}

/** The first character beyond ASCII, with a few characters around it. */
function excerpt(shown: string): string {
  const at = Math.max(0, shown.search(/[^\0-\x7f]/) - 10);
  return JSON.stringify(shown.slice(at, at + 30));
}
