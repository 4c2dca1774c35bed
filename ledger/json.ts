/** JSON as PostgreSQL's jsonb takes it. */

/** Text that toJson has made. */
export type Json = string & { readonly json: never };

/**
 * Messages and headers quote what people put into files, and jsonb refuses NULs and lone surrogates. A NUL becomes
 * the symbol for NUL, a lone surrogate the replacement character, a bigint its digits.
 */
export function toJson(value: unknown): Json {
  return JSON.stringify(value, (_, one) => {
    if (typeof one === 'bigint') return String(one);
    return typeof one === 'string' ? storable(one) : one;
  }) as Json;
}

/** The text as every column of the ledger can store it. */
export function storable(text: string): string {
  const shown = text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
  return /\p{Surrogate}/u.test(shown) ? shown.replaceAll(/\p{Surrogate}/gu, '\ufffd') : shown;
}
