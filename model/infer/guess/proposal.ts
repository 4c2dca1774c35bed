/** What a type says about the values of a column. */
import type { ColumnValues } from './column-values.ts';

export interface Note {
  readonly kind: 'evidence' | 'check';
  readonly text: string;
}

/** A type's offer to hold a column. */
export interface Proposal {
  readonly options: Readonly<Record<string, unknown>>;
  /** Of a numeric. */
  readonly digits?: readonly [precision: number, scale: number];
  readonly remarks: readonly Note[];
  /** Texts that it would not read. */
  readonly misfits: readonly string[];
  /** How the column writes numbers or days, where its values leave no doubt. */
  readonly shows?: { readonly decimal?: '.' | ','; readonly dayFirst?: boolean };
}

/** Why a column that looks like a type stays text. */
export interface Objection {
  readonly because: Note;
}

/** null: the values do not look like the type. */
export type Propose = (values: ColumnValues) => Proposal | Objection | null;

export const evidence = (text: string): Note => ({ kind: 'evidence', text });
export const check = (text: string): Note => ({ kind: 'check', text });

/** A text as a remark shows it: on one line, cut to 40 characters. */
export function shown(text: string): string {
  const cut = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return `'${cut.replace(/\p{Cc}/gu, '�')}'`;
}

/** The first few texts of a list. */
export function shownSome(texts: readonly string[], most = 3): string {
  const some = texts.slice(0, most).map(shown).join(', ');
  return texts.length > most ? `${some} and ${texts.length - most} more` : some;
}
