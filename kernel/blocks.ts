/** Blocks of kernel memory: for arrays from outside it, and for results of the kernel. */
import type { KernelInstance } from './module.ts';

/** An array's address in kernel memory, or its bytes if it lies outside. */
export type Part = number | Uint8Array;

/** A block of kernel memory that grows by doubling. */
interface Block {
  address: number;
  bytes: number;
}

/** Named blocks, which are reused from call to call until the chunk ends. */
export class KernelBlocks {
  readonly #instance: KernelInstance;
  readonly #blocks = new Map<string, Block>();

  constructor(instance: KernelInstance) {
    this.#instance = instance;
  }

  /** Forgets all blocks, because the kernel's memory is being reused. */
  reset(): void {
    this.#blocks.clear();
  }

  /** The array's address in kernel memory, or its bytes if it lies outside. */
  locate(array: Uint8Array | Int32Array | Float64Array | BigInt64Array): Part {
    if (array.buffer === this.#instance.memory.buffer) return array.byteOffset;
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  }

  /** The address of a located array. Copies it to the named block if it lies outside kernel memory. */
  place(name: string, part: Part): number {
    return typeof part === 'number' ? part : this.copy(name, part);
  }

  /** Copies the bytes to the named block. Returns its address. Memory may grow, which detaches the views on it. */
  copy(name: string, bytes: Uint8Array): number {
    const address = this.reserve(name, bytes.length);
    new Uint8Array(this.#instance.memory.buffer).set(bytes, address);
    return address;
  }

  /** Ensures that the named block has at least `bytes` bytes. Returns its address. Memory may grow. */
  reserve(name: string, bytes: number): number {
    const { alloc, powerOfTwo, release } = this.#instance.exports;
    const block = this.#blocks.get(name) ?? { address: 0, bytes: 0 };
    this.#blocks.set(name, block);
    if (bytes > block.bytes) {
      release(block.address, block.bytes);
      block.bytes = powerOfTwo(bytes);
      block.address = alloc(block.bytes);
    }
    return block.address;
  }
}
