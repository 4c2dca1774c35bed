/** What is found of a file before it is loaded: the answer of `/api/inspect` (docs/http.md). */

export interface Inspection {
  /** The dataset that the file is read as; null: a definition is proposed. */
  readonly dataset: string | null;
  /** The columns as they are loaded, each with its type and the header of the file that it is read from, if any. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly header: string | null;
  }[];
  /** Columns of the file that the dataset does not have. */
  readonly unknown: readonly string[];
  /** How the file is written, in words. */
  readonly dialect: readonly string[];
  /** The first rows as they will be loaded, in the order of `columns`. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows that were read, and those of them that would be rejected. */
  readonly read: number;
  readonly rejected: number;
  readonly rejects: readonly FoundReject[];
  /** A definition for the file, where no dataset fits. */
  readonly proposal: { readonly name: string; readonly source: string } | null;
}

/** A row that would be rejected. `line`: in the file that was looked at. */
export interface FoundReject {
  readonly line: number;
  readonly code: string;
  readonly column: string | null;
  readonly message: string;
}
