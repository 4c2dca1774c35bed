import { ByteSink } from './byte-sink.ts';
import { snappyBytesMax, snappyCompress } from './snappy.ts';

const SAMPLE_BYTES = 16384;
/** Snappy must leave less than this share of the sample to be worth its time here and at every reader. */
const SHARE_MAX = 0.6;
/** Below this a column chunk is not worth the call. */
const BYTES_MIN = 512;
/** Column chunks for which a verdict is believed before it is asked again. */
const VERDICT_CHUNKS = 16;

const sample = new ByteSink(snappyBytesMax(SAMPLE_BYTES));

/**
 * Whether one column of one chunk is worth compressing. What held for a column's last row groups
 * nearly always holds for the next, so most of them need no sample.
 */
export class Compression {
  #verdict = false;
  #believed = 0;

  /** True if Snappy would make `bytes` (PLAIN values) shorter by enough. */
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

/** Compresses a run from the middle, where the values are no more special than anywhere else. */
function samplePays(bytes: Uint8Array): boolean {
  const length = Math.min(SAMPLE_BYTES, bytes.length);
  const from = ((bytes.length - length) >> 4) << 3;
  return snappyCompress(bytes, from, from + length, sample.bytes, 0) < length * SHARE_MAX;
}
