/** bzip2 aligns nothing: blocks begin and end at any bit. What begins and ends them are marks of 48 bits. */

/** The digits of π, before a block. */
export const blockMark = 0x314159265359;
/** Those of its square root, after the last block of a stream. */
export const endMark = 0x177245385090;
export const markBits = 48;
/** Of the checksum behind each mark: of the block, or of the stream. */
export const checksumBits = 32;

/** Bits before a mark in its first byte, by the second byte that the mark then has. */
const shiftsOf: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((shift) =>
    [blockMark, endMark].some((mark) => Math.floor(mark / 2 ** (32 + shift)) % 256 === byte),
  ),
);

/** Reads bits of a stream of bytes, from the most significant bit of each on. Places are in bits. */
export class BitReader {
  at = 0;
  /** Whether all of the source has been read. */
  ended = false;
  private held: Uint8Array = new Uint8Array(0);
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Reads until so many bits are there, and forgets those before `at`; false if the source ends before. */
  async holds(bits: number): Promise<boolean> {
    const passed = this.at >>> 3;
    this.held = this.held.subarray(passed);
    this.at -= passed * 8;
    while (this.held.length * 8 - this.at < bits) if (!(await this.more())) return false;
    return true;
  }

  /** The number that `count` bits are: at most 48. */
  bits(from: number, count: number): number {
    let value = 0;
    for (let bit = from; bit < from + count; bit++)
      value = value * 2 + ((this.held[bit >>> 3] >>> (7 - (bit & 7))) & 1);
    return value;
  }

  /** Where the first mark at or after `from` begins. Null if the source ends before, or the mark is not in `bytesMost`. */
  async markFrom(from: number, bytesMost: number): Promise<number | null> {
    for (let byte = from >>> 3; byte < bytesMost; byte++) {
      while (byte + 7 > this.held.length) if (!(await this.more())) return null;
      for (const shift of shiftsOf[this.held[byte + 1]]) {
        const bit = byte * 8 + shift;
        if (bit < from) continue;
        const mark = this.bits(bit, markBits);
        if (mark === blockMark || mark === endMark) return bit;
      }
    }
    return null;
  }

  /** The bytes of [from, end), the last one filled with zeros. */
  copy(from: number, end: number): Uint8Array {
    const bytes = new Uint8Array(Math.ceil((end - from) / 8));
    const [first, shift] = [from >>> 3, from & 7];
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = (this.held[first + i] << shift) | (this.held[first + i + 1] >>> (8 - shift));
    return bytes;
  }

  private async more(): Promise<boolean> {
    const { value, done } = await this.source.next();
    if (done) this.ended = true;
    else this.held = Buffer.concat([this.held, value]);
    return !done;
  }
}

/** A stream of the block alone that reaches from the input's place to `end`. */
export function streamOf(input: BitReader, end: number, level: number): Uint8Array {
  const bits = end - input.at;
  const bytes = new Uint8Array(4 + Math.ceil((bits + markBits + checksumBits) / 8));
  bytes.set([0x42, 0x5a, 0x68, 0x30 + level]);
  bytes.set(input.copy(input.at, end), 4);
  // The checksum of a stream of one block is that of the block.
  write(bytes, 32 + bits, endMark, markBits);
  write(bytes, 32 + bits + markBits, input.bits(input.at + markBits, checksumBits), checksumBits);
  return bytes;
}

/** Writes a number over the bits from `from` on. */
function write(bytes: Uint8Array, from: number, value: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const bit = from + i;
    const one = Math.floor(value / 2 ** (count - 1 - i)) % 2;
    const place = 7 - (bit & 7);
    bytes[bit >>> 3] = (bytes[bit >>> 3] & ~(1 << place)) | (one << place);
  }
}
