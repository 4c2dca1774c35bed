/** Hashes texts by kernel/assembly/hash.ts, and copies into kernel memory what lies outside it. */
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

  /** Forgets its blocks, because the kernel's memory is being reused. */
  reset(): void {
    this.#blocks.reset();
  }

  hash(offsets: Int32Array, bytes: Uint8Array): TextHashes {
    const count = offsets.length - 1;
    // Look up all addresses first: copying may grow the memory, which detaches the views on it.
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
