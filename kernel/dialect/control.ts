/** Bytes that every dialect may give a meaning to. */
export const LF = 0x0a;
export const CR = 0x0d;
export const BACKSLASH = 0x5c;
