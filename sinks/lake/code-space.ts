import type { DictionaryVector, TextDictionary } from '../../kernel/columns/vectors.ts';

/**
 * One numbering of a column's texts for a whole chunk, or for the chunks of a group. The kernel passes the same
 * dictionary with every batch, and its codes are used unchanged. An enrichment may pass another dictionary with each
 * batch. From the second one on, codes are translated by their text.
 */
export class CodeSpace {
  #first: TextDictionary | null = null;
  /** Set when a second dictionary is used. */
  #texts: string[] | null = null;
  readonly #codeOfText = new Map<string, number>();
  #translations = new WeakMap<TextDictionary, Int32Array>();
  #translated = new Int32Array(0);

  /** The number of codes in use. */
  get size(): number {
    return this.#texts?.length ?? this.#first?.size ?? 0;
  }

  /** The UTF-8 bytes of a code, valid as long as the batch. */
  readonly bytes = (code: number): Uint8Array =>
    this.#texts === null ? this.#first!.bytes(code) : Buffer.from(this.#texts[code]);

  /** The vector's codes in this space, one per row (arbitrary for null rows). Valid until the next call. */
  codes(vector: DictionaryVector): Int32Array {
    this.#first ??= vector.dictionary;
    if (vector.dictionary === this.#first && this.#texts === null) return vector.values;
    this.#texts ??= this.#ownTexts(this.#first);
    const translation = this.#translation(vector.dictionary);
    if (this.#translated.length < vector.length) this.#translated = new Int32Array(vector.length);
    for (let i = 0; i < vector.length; i++) this.#translated[i] = translation[vector.values[i]];
    return this.#translated;
  }

  /** Copies the texts that are in use. From now on, the dictionaries that they come from may change. */
  keepTexts(): void {
    if (this.#first === null) return;
    this.#texts ??= this.#ownTexts(this.#first);
    this.#translations = new WeakMap();
  }

  /** Copies the texts of the first dictionary, whose codes the buffers already hold. */
  #ownTexts(first: TextDictionary): string[] {
    const texts = Array.from({ length: first.size }, (_, code) => first.text(code));
    texts.forEach((text, code) => {
      if (!this.#codeOfText.has(text)) this.#codeOfText.set(text, code);
    });
    this.#translations.set(first, Int32Array.from(texts.keys()));
    return texts;
  }

  /** The code in this space for each code of a dictionary, as far as the dictionary has grown. */
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
