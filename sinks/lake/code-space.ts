import type { DictionaryVector, TextDictionary } from '../../kernel/columns/vectors.ts';

/**
 * One numbering of a column's texts for a whole chunk. The kernel brings the same dictionary with every
 * batch, and its codes are taken as they are. An enrichment may bring another with each batch; from
 * the second one on, codes are translated by their text.
 */
export class CodeSpace {
  #first: TextDictionary | null = null;
  /** Set once a second dictionary has come. */
  #texts: string[] | null = null;
  readonly #codeOfText = new Map<string, number>();
  readonly #translations = new WeakMap<TextDictionary, Int32Array>();
  #translated = new Int32Array(0);

  /** Number of codes given out. */
  get size(): number {
    return this.#texts?.length ?? this.#first?.size ?? 0;
  }

  /** UTF-8 bytes of a code, valid as long as the batch. */
  readonly bytes = (code: number): Uint8Array =>
    this.#texts === null ? this.#first!.bytes(code) : Buffer.from(this.#texts[code]);

  /** The vector's codes in this space, one a row (any where the row is null); valid until the next call. */
  codes(vector: DictionaryVector): Int32Array {
    this.#first ??= vector.dictionary;
    if (vector.dictionary === this.#first && this.#texts === null) return vector.values;
    this.#texts ??= this.#ownTexts(this.#first);
    const translation = this.#translation(vector.dictionary);
    if (this.#translated.length < vector.length) this.#translated = new Int32Array(vector.length);
    for (let i = 0; i < vector.length; i++) this.#translated[i] = translation[vector.values[i]];
    return this.#translated;
  }

  /** Takes over the first dictionary's codes as they are, as buffers hold them already. */
  #ownTexts(first: TextDictionary): string[] {
    const texts = Array.from({ length: first.size }, (_, code) => first.text(code));
    texts.forEach((text, code) => {
      if (!this.#codeOfText.has(text)) this.#codeOfText.set(text, code);
    });
    this.#translations.set(first, Int32Array.from(texts.keys()));
    return texts;
  }

  /** Code here of each code of a dictionary, as far as it has grown. */
  #translation(dictionary: TextDictionary): Int32Array {
    const known = this.#translations.get(dictionary) ?? new Int32Array(0);
    if (known.length === dictionary.size) return known;
    const translation = new Int32Array(dictionary.size);
    translation.set(known);
    for (let code = known.length; code < dictionary.size; code++) {
      translation[code] = this.#codeOf(dictionary.text(code));
    }
    this.#translations.set(dictionary, translation);
    return translation;
  }

  #codeOf(text: string): number {
    let code = this.#codeOfText.get(text);
    if (code === undefined) {
      code = this.#texts!.length;
      this.#texts!.push(text);
      this.#codeOfText.set(text, code);
    }
    return code;
  }
}
