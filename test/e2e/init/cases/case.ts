/** An input of `landfall init`, and what it must come to. */

export interface Case {
  /** Names the dataset and the file, with the place of the case in its list. */
  readonly kind: string;
  readonly content: string | Uint8Array;
  /** In any order, the columns as in the file. Texts as `lakeRows` gives them. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Line and code, without LF_REJECT_, of each reject. */
  readonly rejects?: readonly string[];
  /** Columns of the definition; or the types of them. */
  readonly names?: string;
  readonly types?: string;
  /** What the definition must contain. */
  readonly written?: RegExp;
  /** What the terminal must say. */
  readonly said?: RegExp;
}

/** Rows from lines of fields between `|`; `∅` is null. */
export function table(...lines: string[]): (string | null)[][] {
  return lines.map((line) => line.split('|').map((text) => (text === '∅' ? null : text)));
}

/** The case of a kind and its sisters. */
export function kind(name: string, ...cases: Omit<Case, 'kind'>[]): Case[] {
  return cases.map((one) => ({ kind: name, ...one }));
}

/** Lines of `of(i)`, for i from 0. */
export function lines(count: number, of: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${of(i)}\n`).join('');
}

/** Rows of `of(i)`, for i from 0. */
export function rows(count: number, of: (i: number) => (string | null)[]): (string | null)[][] {
  return Array.from({ length: count }, (_, i) => of(i));
}
