import type { TextDictionary } from '../../../kernel/columns/vectors.ts';

/** The distinct texts of one column, by their bytes, in order of first appearance. */
export class DistinctTexts implements TextDictionary {
  /** About what they take in memory. */
  memory = 0;
  readonly #codes = new Map<string, number>();
  readonly #texts: Uint8Array[] = [];
  /** The codes of arrays that were asked for: the dictionary of a page has one array for all equal values. */
  #known = new WeakMap<Uint8Array, number>();

  get size(): number {
    return this.#texts.length;
  }

  codeOf(bytes: Uint8Array): number {
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#texts.length;
      this.#texts.push(bytes.slice());
      this.#codes.set(text, code);
      this.memory += 2 * bytes.length + 128;
    }
    this.#known.set(bytes, code);
    return code;
  }

  text(code: number): string {
    return Buffer.from(this.#texts[code]).toString();
  }

  bytes(code: number): Uint8Array {
    return this.#texts[code];
  }
}
