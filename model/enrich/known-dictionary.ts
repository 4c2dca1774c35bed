/** Dictionaries whose texts are known in advance: names of buckets, values of look-up tables. */
import type { TextDictionary } from '../../kernel/columns/vectors.ts';

/** A dictionary of exactly these texts, code = position. */
export function fixedDictionary(texts: readonly string[]): TextDictionary {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  return { size: texts.length, text: (code) => texts[code], bytes: (code) => encoded[code] };
}
