/** Loads kernel.wasm once per process and creates instances of it, each with its own memory. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { powersOfFive } from './columns/powers.ts';

/** The functions of kernel/assembly/index.ts. Addresses and sizes are in bytes. */
export interface KernelExports {
  alloc(bytes: number): number;
  release(address: number, bytes: number): void;
  powerOfTwo(bytes: number): number;
  powersAddress(): number;
  keepAllocations(): void;
  beginPlan(columns: number, delimiter: number, quote: number, trim: boolean): void;
  setTable(
    words: number,
    final: number,
    delimiterBytes: number,
    escapeByte: number,
    special: number,
    options: number,
    measure: number,
  ): void;
  keepPlaces(): void;
  placeRows(): number;
  placeBytes(): number;
  setColumn(
    i: number,
    kind: number,
    field: number,
    required: number,
    nullLengths: number,
    nulls: number,
    low: bigint,
    high: bigint,
    formats: number,
    zone: number,
  ): void;
  setBuffers(
    i: number,
    values: number,
    second: number,
    third: number,
    validity: number,
    dictionary: boolean,
  ): void;
  beginChunk(
    fieldCount: number,
    batchRows: number,
    windowBytes: number,
    recordBytesMax: number,
    byteStart: number,
    skipBytes: number,
  ): number;
  makeRoom(bytes: number): number;
  freeBytes(): number;
  filled(bytes: number): void;
  readBatch(last: boolean): number;
  columnAddress(i: number): number;
  rejectCount(): number;
  rejectList(): number;
  atEnd(): boolean;
  dictionarySize(i: number): number;
  dictionaryOffsets(i: number): number;
  dictionaryBytes(i: number): number;
  copyFields(count: number): number;
  copyRows(count: number, rows: number): number;
  copyOutput(): number;
  packRows(count: number, rows: number, chunkId: number, sortBy: number): number;
  packOutput(): number;
  packTuples(): number;
  hashTexts(offsets: number, bytes: number, count: number, hashes: number, checks: number): void;
  scanBegin(delimiter: number, quote: number): number;
  scanUpdate(start: number, end: number): void;
  scanFirstEnds(): number;
  scanFirstLines(): number;
  scanLines(): number;
  tableScanBegin(
    words: number,
    final: number,
    special: number,
    states: number,
    measure: number,
    only: number,
  ): void;
  tableScanUpdate(start: number, end: number): void;
  tableScanEnd(): number;
  tableScanFirstEnds(): number;
  tableScanFirstLines(): number;
  tableScanLines(): number;
  tableScanSeen(): number;
}

export interface KernelInstance {
  readonly memory: WebAssembly.Memory;
  readonly exports: KernelExports;
}

let compiled: Promise<WebAssembly.Module> | undefined;
let onInstance: (instance: KernelInstance) => void = () => undefined;

/** Uses another build of the kernel from now on, and calls `told` with each instance of it. For tests with guards. */
export function replaceKernel(module: WebAssembly.Module, told: (instance: KernelInstance) => void): void {
  compiled = Promise.resolve(module);
  onInstance = told;
}

/** kernel.wasm lies beside the compiled module; when run from source, it is in dist/. */
function wasmPath(): string {
  const beside = fileURLToPath(new URL('./kernel.wasm', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/kernel/kernel.wasm', import.meta.url));
}

/**
 * Initial address space of an instance, in pages of 64 KiB: 256 MiB. Pages cost memory only once they are
 * written to, and growing the memory would detach the views of the current batch.
 */
const INITIAL_PAGES = 4096;

/** An instance with its own memory, which grows as needed, up to 1 GiB. */
export async function instantiate(initialPages = INITIAL_PAGES): Promise<KernelInstance> {
  compiled ??= WebAssembly.compile(readFileSync(wasmPath()));
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: 16384 });
  const exactDouble = (address: number, length: number): number =>
    Number(Buffer.from(memory.buffer, address, length).toString('latin1'));
  const instance = await WebAssembly.instantiate(await compiled, {
    env: { memory, exactDouble, abort: () => undefined },
  });
  const exports = instance.exports as unknown as KernelExports;
  new BigUint64Array(memory.buffer, exports.powersAddress()).set(powersOfFive());
  exports.keepAllocations();
  onInstance({ memory, exports });
  return { memory, exports };
}
