/** Lines that are not records: before a file's first record, and after its last. */
import { CR, LF } from './control.ts';
import { originalBytes, toUtf8, unitBytes } from './encodings.ts';

/** Where the first `lines` lines of `utf8` end; null if there are fewer. */
export function linesEnd(utf8: Uint8Array, lines: number, anyLineEnd: boolean): number | null {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    while (at < utf8.length && utf8[at] !== LF && !(anyLineEnd && utf8[at] === CR)) at++;
    if (at === utf8.length) return null;
    at += utf8[at] === CR && utf8[at + 1] === LF ? 2 : 1;
  }
  return at;
}

/**
 * Bytes that the last `lines` lines of a file take; null if `tail` does not contain that many. `tail`: the file's
 * last bytes. `whole`: `tail` is the whole file, which may have fewer lines.
 */
export function footerBytes(
  tail: Uint8Array,
  whole: boolean,
  lines: number,
  dialect: { readonly encoding?: string; readonly lineEnds?: 'lf' | 'any' },
): number | null {
  const { encoding = 'utf-8', lineEnds } = dialect;
  if (lines === 0) return 0;
  // Units are counted from the file's start; counting them from its end works only for whole units.
  const odd = whole ? 0 : tail.length % (unitBytes(encoding) ?? 1);
  const utf8 = toUtf8(tail.subarray(odd), encoding);
  const starts = lineStarts(utf8, lineEnds === 'any');
  if (starts.length <= lines && !whole) return null;
  const start = starts[Math.max(0, starts.length - lines)] ?? utf8.length;
  return originalBytes(utf8.subarray(start), encoding);
}

/** Where each line begins. No line begins after the last line end. */
function lineStarts(utf8: Uint8Array, anyLineEnd: boolean): number[] {
  const starts = utf8.length > 0 ? [0] : [];
  for (let at = 0; at < utf8.length - 1; at++) {
    const ended = utf8[at] === LF || (anyLineEnd && utf8[at] === CR && utf8[at + 1] !== LF);
    if (ended) starts.push(at + 1);
  }
  return starts;
}
