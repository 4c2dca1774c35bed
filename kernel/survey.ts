/** What a range of a file does to the CSV state machine, so that ranges can be read in any order. */
import { instantiate, type KernelInstance } from './module.ts';
import { dialectBytes } from './plan.ts';
import type { KernelDialect, RangeSurvey } from './types.ts';

export interface Surveyor {
  /** The range's next bytes. */
  update(bytes: Uint8Array): void;
  finish(): RangeSurvey;
}

/** Bytes copied into kernel memory at a time: they stay in the cache while they are looked at. */
const PIECE_BYTES = 256 << 10;
/** Memory of a surveyor's instance: one piece and the kernel's tables. */
const MEMORY_PAGES = 16;

interface Workshop extends KernelInstance {
  readonly address: number;
}

/** Instances that are not in use; there are as many as surveys were ever made at a time. */
const idle: Workshop[] = [];

async function makeWorkshop(): Promise<Workshop> {
  const instance = await instantiate(MEMORY_PAGES);
  return { ...instance, address: instance.exports.alloc(PIECE_BYTES) };
}

/** A surveyor of one range, good for one finish(), that begins at `byteStart` of its file. */
export async function createSurveyor(dialect: KernelDialect, byteStart: number): Promise<Surveyor> {
  const { delimiter, quote } = dialectBytes(dialect);
  const workshop = idle.pop() ?? (await makeWorkshop());
  const { exports, memory, address } = workshop;
  const states = exports.surveyBegin(delimiter, quote);
  const window = new Uint8Array(memory.buffer, address, PIECE_BYTES);
  let byteEnd = byteStart;
  let finished = false;
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
      if (finished) throw new Error('A surveyor is good for one finish().');
      finished = true;
      const firstEnds = new Float64Array(memory.buffer, exports.surveyFirstEnds(), 4);
      const result: RangeSurvey = {
        byteStart,
        byteEnd,
        endState: four(new Int32Array(memory.buffer, states, 4)),
        firstRecordStart: four(firstEnds.map((bytes) => (bytes < 0 ? -1 : byteStart + bytes))),
        linesBefore: four(new Float64Array(memory.buffer, exports.surveyFirstLines(), 4)),
        lines: exports.surveyLines(),
      };
      idle.push(workshop);
      return result;
    },
  };
}
