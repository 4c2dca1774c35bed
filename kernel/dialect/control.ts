/** Bytes that every dialect may give a meaning to. */
export const TAB = 0x09;
export const SPACE = 0x20;
export const LF = 0x0a;
export const CR = 0x0d;
export const BACKSLASH = 0x5c;

/** The delimiter of fields that runs of spaces and tabs separate. */
export const blanks = 'blanks';
