/** zstd of Node's zlib. Node 20 has none, and neither has Node 22 before 22.15. */
import zlib from 'node:zlib';

interface NodeZstd {
  readonly zstdCompressSync?: (
    bytes: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>> },
  ) => Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

const { zstdCompressSync, constants } = zlib as unknown as NodeZstd;

/** Compresses bytes to one frame, which says how many they are. Null where this Node cannot. */
export const zstdCompress: ((bytes: Uint8Array, level: number) => Uint8Array) | null =
  zstdCompressSync === undefined
    ? null
    : (bytes, level) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel!]: level } });
