/** What a range of a file does to the CSV state machine, so that ranges can be read in any order. */
import { instantiate } from './module.ts';
import { dialectBytes } from './plan.ts';
import type { KernelDialect, RangeSurvey } from './types.ts';

export interface Surveyor {
  /** The range's next bytes. */
  update(bytes: Uint8Array): void;
  finish(): RangeSurvey;
}

/** Bytes copied into kernel memory at a time: they stay in the cache while they are looked at. */
const PIECE_BYTES = 256 << 10;

/** A surveyor of the range that begins at `byteStart` of its file. */
export async function createSurveyor(dialect: KernelDialect, byteStart: number): Promise<Surveyor> {
  const { exports, memory } = await instantiate();
  const { delimiter, quote } = dialectBytes(dialect);
  const states = exports.surveyBegin(delimiter, quote);
  const address = exports.alloc(PIECE_BYTES);
  const window = new Uint8Array(memory.buffer, address, PIECE_BYTES);
  let byteEnd = byteStart;
  const four = (numbers: ArrayLike<number>) => [numbers[0], numbers[1], numbers[2], numbers[3]] as const;
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        window.set(piece);
        exports.surveyUpdate(address, address + piece.length);
      }
      byteEnd += bytes.length;
    },
    finish() {
      const firstEnds = new Float64Array(memory.buffer, exports.surveyFirstEnds(), 4);
      return {
        byteStart,
        byteEnd,
        endState: four(new Int32Array(memory.buffer, states, 4)),
        firstRecordStart: four(firstEnds.map((bytes) => (bytes < 0 ? -1 : byteStart + bytes))),
        linesBefore: four(new Float64Array(memory.buffer, exports.surveyFirstLines(), 4)),
        lines: exports.surveyLines(),
      };
    },
  };
}
