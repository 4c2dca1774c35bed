/** Asks kernel/assembly/hash.ts for the hashes of texts, copying what lies outside kernel memory into it. */
import { KernelBlocks } from './blocks.ts';
import type { KernelInstance } from './module.ts';
import type { TextHashes } from './types.ts';

/** Hashes texts for one kernel. */
export class TextHasher {
  readonly #instance: KernelInstance;
  readonly #blocks: KernelBlocks;

  constructor(instance: KernelInstance) {
    this.#instance = instance;
    this.#blocks = new KernelBlocks(instance);
  }

  /** Forgets its blocks: the kernel's memory is being handed out again. */
  reset(): void {
    this.#blocks.reset();
  }

  hash(offsets: Int32Array, bytes: Uint8Array): TextHashes {
    const count = offsets.length - 1;
    // Addresses first: once something is copied, memory may grow and the views on it be emptied.
    const parts = [this.#blocks.locate(offsets), this.#blocks.locate(bytes)];
    const [from, texts] = parts.map((part, i) => this.#blocks.place(i === 0 ? 'offsets' : 'texts', part));
    const hashes = this.#blocks.reserve('hashes', count * 8);
    const checks = this.#blocks.reserve('checks', count * 4);
    this.#instance.exports.hashTexts(from, texts, count, hashes, checks);
    const { buffer } = this.#instance.memory;
    return {
      words: new Int32Array(buffer, hashes, count * 2),
      checks: new Int32Array(buffer, checks, count),
    };
  }
}
