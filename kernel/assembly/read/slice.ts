/** The text of a field: unquoted, unescaped, and trimmed if the dialect says so. */
import { alloc, powerOfTwo, release } from '../arena';
import { Work } from '../column';
import { ADDRESS, ESCAPED_FIELD, QUOTED_FIELD, Reader } from './read';

export class Slice {
  static start: usize = 0;
  static end: usize = 0;
}

let scratch: usize = 0;
let scratchBytes: usize = 0;

/** Forgets the scratch block, which each chunk allocates for itself. */
export function forgetScratch(): void {
  scratch = 0;
  scratchBytes = 0;
}

/** Address of the index word before the column's field, in the block's first row. */
@inline
export function firstWord(field: i32): usize {
  return Reader.index + (<usize>field << 2);
}

@inline
export function fieldStart(word: usize): usize {
  return <usize>((load<u32>(word) & ADDRESS) + 1);
}

@inline
export function fieldEnd(word: usize): usize {
  return <usize>load<u32>(word, 4);
}

/** True if the field's text is not simply the bytes between its ends. */
@inline
export function isWrapped(end: usize, trim: bool): bool {
  return trim || end > <usize>ADDRESS;
}

/** Puts the text of the field from `start` to `flaggedEnd` into Slice. Returns where it starts. */
export function unwrap(start: usize, flaggedEnd: usize): usize {
  let end = flaggedEnd & ADDRESS;
  if (flaggedEnd & ESCAPED_FIELD) {
    unescape(start + 1, end - 1);
    return Slice.start;
  }
  if (flaggedEnd & QUOTED_FIELD) {
    start++;
    end--;
  } else if (Work.trim) {
    while (start < end && isBlank(load<u8>(start))) start++;
    while (end > start && isBlank(load<u8>(end - 1))) end--;
  }
  Slice.start = start;
  Slice.end = end;
  return start;
}

@inline
function isBlank(byte: u8): bool {
  return byte == 32 || byte == 9;
}

/** Copies a quoted text to the scratch block, with each doubled quote as one. */
function unescape(from: usize, to: usize): void {
  const size = to - from;
  if (size + 1 > scratchBytes) {
    release(scratch, scratchBytes);
    scratchBytes = powerOfTwo(size + 1);
    scratch = alloc(scratchBytes);
  }
  const quote = Reader.quote;
  let out = scratch;
  for (let p = from; p < to; p++) {
    const byte = load<u8>(p);
    store<u8>(out++, byte);
    if (<u32>byte == quote) p++;
  }
  store<u8>(out, 0);
  Slice.start = scratch;
  Slice.end = out;
}
