/** Bytes that every dialect may give a meaning to. */
export const TAB = 0x09;
export const SPACE = 0x20;
export const LF = 0x0a;
export const CR = 0x0d;
export const BACKSLASH = 0x5c;

/** Bytes of a byte order mark at the start of UTF-8. */
export function bomBytes(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** The delimiter of fields that runs of spaces and tabs separate. */
export const blanks = 'blanks';
