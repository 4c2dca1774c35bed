/**
 * zstd for all Node versions; only Node 22.15 and newer have it in zlib. This is zstd's own decoder as WebAssembly,
 * fed piece by piece. It verifies checksums, and rejects frames that require a window of more than 128 MiB.
 */
import { ZSTDDecoder } from 'zstddec/stream';
import { LandfallError } from '../../errors/errors.ts';

/** The bytes that the decoder takes and returns at a time. */
const inputBytes = 64 * 1024;
const outputBytes = 128 * 1024;

/** The functions of the module. Addresses and sizes are in bytes. −1 to −120 are errors. */
interface ZstdExports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): void;
  /** Returns 0 at the end of a frame, otherwise a hint of how much is left. */
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** The error codes that have a message of their own (zstd_errors.h). */
const reasons: Readonly<Record<number, string>> = {
  10: 'it contains data that is not zstd',
  20: 'its data is corrupt',
  22: 'its checksum is wrong',
  32: 'it needs a dictionary',
};

const WINDOW_TOO_LARGE = 16;

function refusal(file: { readonly name: string }, code: number): LandfallError {
  if (code !== WINDOW_TOO_LARGE) return damaged(file, reasons[code] ?? `zstd error ${code}`);
  const limit = '128 MiB (--long=27)';
  return new LandfallError('LF_UNPACK_LIMIT', {
    file: file.name,
    what: 'it requires a window of more',
    limit,
  });
}

let loaded: Promise<ZstdExports> | undefined;

/** Instantiates the decoder, once per process. */
function load(): Promise<ZstdExports> {
  loaded ??= new Promise((resolve, reject) => {
    class Loader extends ZSTDDecoder {
      override _init(source: WebAssembly.WebAssemblyInstantiatedSource): void {
        super._init(source);
        resolve(source.instance.exports as unknown as ZstdExports);
      }
    }
    new Loader().init().catch(reject);
  });
  return loaded;
}

/** Unpacked pieces of at most 128 KiB, frame after frame. Throws LF_UNPACK. */
export async function* unzstd(
  source: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const zstd = await load();
  const context = zstd.ZSTD_createDCtx();
  // Two buffers, and the address, size and position of each.
  const block = zstd.malloc(inputBytes + outputBytes + 24);
  const [input, output] = [block + 24, block + 24 + inputBytes];
  let left = 0;
  try {
    for await (const piece of source) {
      for (let at = 0; at < piece.length; at += inputBytes) {
        const part = piece.subarray(at, at + inputBytes);
        new Uint8Array(zstd.memory.buffer).set(part, input);
        words(zstd, block).set([input, part.length, 0]);
        for (let given = outputBytes; words(zstd, block)[2] < part.length || given === outputBytes; ) {
          words(zstd, block).set([output, outputBytes, 0], 3);
          left = zstd.ZSTD_decompressStream(context, block + 12, block);
          if (left < 0 && left > -121) throw refusal(file, -left);
          given = words(zstd, block)[5];
          if (given > 0) yield new Uint8Array(zstd.memory.buffer, output, given).slice();
        }
      }
    }
    if (left !== 0) throw damaged(file, 'it is truncated');
  } finally {
    zstd.ZSTD_freeDCtx(context);
    zstd.free(block);
  }
}

/** The six words of the two buffers. Call it again after the memory may have grown. */
function words({ memory }: ZstdExports, block: number): Uint32Array {
  return new Uint32Array(memory.buffer, block, 6);
}

function damaged(file: { readonly name: string }, reason: string): LandfallError {
  return new LandfallError('LF_UNPACK', { file: file.name, reason });
}
