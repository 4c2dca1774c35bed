import { ByteSink } from './byte-sink.ts';
import { snappyBytesMax, snappyCompress } from './snappy.ts';

const SAMPLE_BYTES = 16384;
/** Snappy must reduce the sample to less than this share to be worth its time, here and in every reader. */
const SHARE_MAX = 0.6;
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
  #verdict = false;
  #believed = 0;

  /** True if Snappy would shorten `bytes` (PLAIN values) by enough. */
  pays(bytes: Uint8Array): boolean {
    if (bytes.length < BYTES_MIN) return false;
    if (this.#believed === 0) {
      this.#verdict = samplePays(bytes);
      this.#believed = VERDICT_CHUNKS;
    }
    this.#believed--;
    return this.#verdict;
  }
}

/** Compresses a sample from the middle, which is as typical as any. */
function samplePays(bytes: Uint8Array): boolean {
  const length = Math.min(SAMPLE_BYTES, bytes.length);
  const from = ((bytes.length - length) >> 4) << 3;
  return snappyCompress(bytes, from, from + length, sample.bytes, 0) < length * SHARE_MAX;
}
