/** What the table of states (machine.ts) says of a byte, and of the end of the input. */

/** What a byte does besides leading to the next state: one of eight steps, and flags. */
export const Step = {
  none: 0,
  /** Ends the field; the delimiter's earlier bytes were taken as text. */
  field: 1,
  /** Ends a field whose quotes are closed. */
  closedField: 2,
  record: 3,
  /** An opening quote. */
  open: 4,
  /** The line turns out to be a comment. */
  comment: 5,
  /** The record begins after this byte. */
  restart: 6,
  /** Ends the record, whose last field has ended. */
  endedRecord: 7,
} as const;
/** The byte belongs to the field. */
export const APPEND = 8;
/** The escape before it belongs to the field too. */
export const ESCAPE = 16;
/** The record is badly quoted. */
export const BAD = 32;
/** The byte ends a line. */
export const LINE = 64;
/** The previous record ended before this byte. */
export const BEFORE = 128;

/** What the end of the input does in a state. */
export const Final = {
  nothing: 0,
  /** The record ends; a CR before the end is not part of it if CRLF ends records. */
  record: 1,
  badQuote: 2,
  /** The record ends, and the trailing escape is part of it. */
  escape: 3,
  /** The record ends; an escaped CR at its end is part of it. */
  whole: 4,
  /** The record ends, and its last field has ended. */
  ended: 5,
} as const;
