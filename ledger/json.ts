/** JSON as PostgreSQL's jsonb takes it. */

/** A text that toJson has made. */
export type Json = string & { readonly json: never };

/**
 * What people put into files comes up in messages and headers: jsonb refuses NULs and halves of surrogate
 * pairs. NUL becomes the symbol for it, a half the replacement character.
 */
export function toJson(value: unknown): Json {
  return JSON.stringify(value, (_, one) => (typeof one === 'string' ? storable(one) : one)) as Json;
}

/** Text that every column of the ledger holds. */
export function storable(text: string): string {
  const shown = text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
  return /\p{Surrogate}/u.test(shown) ? shown.replaceAll(/\p{Surrogate}/gu, '\ufffd') : shown;
}
