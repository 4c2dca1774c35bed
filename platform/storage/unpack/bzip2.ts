/**
 * bzip2 for all Node versions: its own library as WebAssembly. That unpacks what it is given as a whole. So a file is cut
 * into its blocks, of at most 900 kB before they were packed, and each is unpacked as a file of one block.
 */
import type Bzip2 from '@foxglove/wasm-bz2';
import { LandfallError } from '../../errors/errors.ts';
import { slicesOf } from '../slices.ts';
import { BitReader, blockMark, checksumBits, endMark, markBits, streamOf } from './bzip2-bits.ts';

/** The bits of a stream's header: `BZh9`. */
const headerBits = 32;
/** The most bytes that a block unpacks to: before it was packed, 5 of its bytes may have stood for 255. */
const blockBytesMost = (900_000 / 5) * 255;
/** More than any packed block has: its tables, and less than 10 bits for each of its bytes. */
const packedBytesMost = 1_250_000;
/** The bytes that are returned at a time. */
const pieceBytes = 1024 * 1024;

let loaded: Promise<Bzip2> | undefined;

/** Unpacked pieces of at most 1 MiB, stream after stream. What follows the last one is not read. Throws LF_UNPACK. */
export async function* unbzip2(
  source: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  // Hardly any process needs it.
  loaded ??= import('@foxglove/wasm-bz2').then((library) => library.default.init());
  const bzip2 = await loaded;
  const input = new BitReader(source);
  for (let streams = 0; await input.holds(headerBits); streams++) {
    const level = levelOf(input);
    if (level === null && streams > 0) return;
    if (level === null) throw damaged(file, 'it contains data that is not bzip2');
    input.at += headerBits;
    for await (const block of blocks(bzip2, input, level, file)) yield* slicesOf(block, pieceBytes);
  }
}

/** 1 to 9, the digit in a stream's header; null if there is no header. */
function levelOf(input: BitReader): number | null {
  const level = input.bits(input.at + 24, 8) - 0x30;
  return input.bits(input.at, 24) === 0x425a68 && level >= 1 && level <= 9 ? level : null;
}

/** The unpacked blocks of a stream; then the input stands behind it. */
async function* blocks(
  bzip2: Bzip2,
  input: BitReader,
  level: number,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for (;;) {
    if (!(await input.holds(markBits + checksumBits))) throw damaged(file, 'it is truncated');
    const mark = input.bits(input.at, markBits);
    const said = input.bits(input.at + markBits, checksumBits);
    if (mark === endMark) {
      if (said !== checksum) throw damaged(file, 'its checksum is wrong');
      input.at = Math.ceil((input.at + markBits + checksumBits) / 8) * 8;
      return;
    }
    if (mark !== blockMark) throw damaged(file, 'its data is corrupt');
    yield await nextBlock(bzip2, input, level, file);
    checksum = ((checksum << 1) | (checksum >>> 31)) ^ said;
    checksum >>>= 0;
  }
}

async function nextBlock(
  bzip2: Bzip2,
  input: BitReader,
  level: number,
  file: { readonly name: string },
): Promise<Uint8Array> {
  for (let from = input.at + markBits; ; from++) {
    const end = await input.markFrom(from, packedBytesMost);
    if (end === null) throw damaged(file, input.ended ? 'it is truncated' : 'its data is corrupt');
    try {
      const block = bzip2.decompress(streamOf(input, end, level), blockBytesMost);
      input.at = end;
      return block;
    } catch {
      // The bits of a mark may also be data of the block: then it reaches further.
      from = end;
    }
  }
}

function damaged(file: { readonly name: string }, reason: string): LandfallError {
  return new LandfallError('LF_UNPACK', { file: file.name, reason });
}
