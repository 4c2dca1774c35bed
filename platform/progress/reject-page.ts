/** Rejects of a file, as `/api/files/ID/rejects` says them. */

export interface RejectPage {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  /** All rejects of the file by code and column, most frequent first. */
  readonly kinds: readonly RejectKindCount[];
  /** In the order of the file's bytes. */
  readonly rejects: readonly ShownReject[];
  /** For the next page; null on the last. */
  readonly next: string | null;
}

export interface RejectKindCount {
  readonly code: string;
  /** Null where the fault lies in the records as a whole. */
  readonly column: string | null;
  readonly count: number;
  /** Those that no other file corrects or replays. */
  readonly waiting: number;
}

export interface ShownReject {
  readonly rejectId: number;
  readonly byteOffset: number;
  readonly line: number;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
  /** The file that corrects or replays it. */
  readonly takenBy: number | null;
  /** Where in `raw` the wrong fields are, in the order of the record. */
  readonly marks: readonly RejectMark[];
}

/** A part of a text, in UTF-16 units. `end` is exclusive. */
export interface RejectMark {
  readonly start: number;
  readonly end: number;
  readonly column: string;
}
