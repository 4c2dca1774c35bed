/**
 * Finds where values in a document end, by quotes and brackets alone: also those of values that are not valid. So a
 * malformed record is told from the next one, and documents are cut without being read twice.
 */
import { BACKSLASH, LF } from '../dialect/control.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './syntax.ts';

/** The bytes at which something happens outside texts. */
const special = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, OPEN_OBJECT, OPEN_ARRAY, CLOSE_OBJECT, CLOSE_ARRAY]) special[byte] = 1;

/** Follows a value from piece to piece. */
export class ElementScan {
  private depth = 0;
  private inText = false;
  private escaped = false;

  reset(): void {
    this.depth = 0;
    this.inText = false;
    this.escaped = false;
  }

  /**
   * Where in [at, end) the value ends: at a comma or a `close` outside texts and brackets. -1: not there. A bracket
   * that closes nothing belongs to the value.
   */
  find(bytes: Uint8Array, from: number, end: number, close: number): number {
    let { depth, inText } = this;
    let at = from;
    if (this.escaped && at < end) {
      at++;
      this.escaped = false;
    }
    while (at < end) {
      if (inText) {
        while (at < end && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
        if (at >= end) break;
        if (bytes[at] === QUOTE) inText = false;
        else if (++at >= end) {
          this.escaped = true;
          break;
        }
        at++;
        continue;
      }
      while (at < end && special[bytes[at]] === 0) at++;
      if (at >= end) break;
      const byte = bytes[at];
      if (byte === QUOTE) inText = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (depth === 0 && (byte === COMMA || byte === close)) {
        this.reset();
        return at;
      } else if (byte !== COMMA && depth > 0) depth--;
      at++;
    }
    this.depth = depth;
    this.inText = inText;
    return -1;
  }
}

/** Line feeds in [from, to). */
export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}
