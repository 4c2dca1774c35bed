import { ByteSink } from './byte-sink.ts';
import { Codec } from './pages.ts';
import { snappyBytesMax, snappyCompress } from './snappy.ts';
import { zstdPage } from './zstd-page.ts';

const SAMPLE_BYTES = 16384;
/** A codec must reduce the sample to less than this share to be worth its time. Who asks for zstd asks for fewer bytes. */
const SHARE_MAX = { snappy: 0.6, zstd: 0.9 };
/** A column chunk of fewer bytes is not worth compressing. */
const BYTES_MIN = 512;
/** The number of column chunks after which the sample is taken again. */
const VERDICT_CHUNKS = 16;

const sample = new ByteSink(snappyBytesMax(SAMPLE_BYTES));

/**
 * Decides whether one column of one chunk is worth compressing. What held for a column's last row groups nearly
 * always holds for the next one, so most of them need no sample.
 */
export class Compression {
  readonly #codec: 'snappy' | 'zstd';
  #verdict = false;
  #believed = 0;

  /** `codec`: what compresses where it is worth it. */
  constructor(codec: 'snappy' | 'zstd' = 'snappy') {
    this.#codec = codec;
  }

  /** The codec for `bytes` (PLAIN values): none if it would not shorten them by enough. */
  codecOf(bytes: Uint8Array): Codec {
    if (bytes.length < BYTES_MIN) return Codec.uncompressed;
    if (this.#believed === 0) {
      this.#verdict = samplePays(this.#codec, bytes);
      this.#believed = VERDICT_CHUNKS;
    }
    this.#believed--;
    return this.#verdict ? Codec[this.#codec] : Codec.uncompressed;
  }
}

/** Compresses a sample from the middle, which is as typical as any. */
function samplePays(codec: 'snappy' | 'zstd', bytes: Uint8Array): boolean {
  const length = Math.min(SAMPLE_BYTES, bytes.length);
  const from = ((bytes.length - length) >> 4) << 3;
  const compressed =
    codec === 'zstd'
      ? zstdPage(bytes.subarray(from, from + length)).length
      : snappyCompress(bytes, from, from + length, sample.bytes, 0);
  return compressed < length * SHARE_MAX[codec];
}
