/** What an undo, a replay or corrected rows would do, or has done (docs/http.md). */

import type { FoundReject } from './inspection.ts';

/** What leaves with one file. */
export interface LeavingFile {
  readonly fileId: number;
  readonly dataset: string;
  readonly file: string;
  /** Rows that are loaded. */
  readonly rows: number;
  /** Parts in the lake, and their bytes. */
  readonly parts: number;
  readonly bytes: number;
  /** Rejects that are no longer on record. */
  readonly rejects: number;
  /** Rejects of other files that it has corrected or replayed: they wait again. */
  readonly rejectsReturned: number;
}

export interface UndoEffect {
  /** The file, its children, and those that correct or replay its rejects. Empty if it is undone already. */
  readonly files: readonly LeavingFile[];
  /** Null where none of the files has events. */
  readonly events: {
    /** Events that were current and leave the star. */
    readonly leaving: number;
    /** Events of other files that become current again. Null: too many to be counted in time. */
    readonly returning: number | null;
  } | null;
}

/** What an upload of corrected rows would do. */
export interface CorrectionsEffect {
  /** Rows that were read: all of the first 64 MiB. */
  readonly rows: number;
  /** Those that would be loaded, unless they are loaded already. */
  readonly taken: number;
  /** Those that would be rejected again. */
  readonly rejected: number;
  /** The first of them. */
  readonly rejects: readonly FoundReject[];
}

/** What a replay would do. */
export interface ReplayEffect {
  /** Its waiting rejects, or the whole file; null: no reject waits. */
  readonly what: 'rejects' | 'file' | null;
  /** Rows that are tried again; null where nobody knows how many the file has. */
  readonly rows: number | null;
  readonly bytes: number;
  /** The definition that the file was planned with, and the one that it is loaded with; null: none. */
  readonly definition: { readonly before: string | null; readonly now: string };
  /** What is undone first; null: nothing. */
  readonly undo: UndoEffect | null;
}
