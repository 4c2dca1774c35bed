/** Scans ranges of a file: what each does to the CSV state machine. Ranges can be scanned in any order. */
import { measureOf } from './dialect/encodings.ts';
import { isPlain, machineOf, STATES_MAX } from './dialect/machine.ts';
import { instantiate, type KernelInstance } from './module.ts';
import { dialectBytes } from './plan.ts';
import type { KernelDialect, RangeScan } from './types.ts';

export interface Scanner {
  /** Scans the range's next bytes, as UTF-8. If the file has another encoding, they must be whole characters. */
  update(bytes: Uint8Array): void;
  finish(): RangeScan;
}

/** Bytes copied into kernel memory at a time: few enough to stay in the cache while they are scanned. */
const PIECE_BYTES = 256 << 10;
/** Memory of a scanner's instance: one piece, a table of states and the kernel's tables. */
const MEMORY_PAGES = 16;
const TABLE_BYTES = STATES_MAX * 512;
/** After the table: a byte for each state, and the special bytes. */
const SIDE_BYTES = STATES_MAX + 16;

interface Workshop extends KernelInstance {
  readonly address: number;
  readonly table: number;
}

/** Instances that are not in use, kept for later scans. */
const idle: Workshop[] = [];

async function takeWorkshop(): Promise<Workshop> {
  const workshop = idle.pop();
  if (workshop !== undefined) return workshop;
  const instance = await instantiate(MEMORY_PAGES);
  const { alloc } = instance.exports;
  return { ...instance, address: alloc(PIECE_BYTES), table: alloc(TABLE_BYTES + SIDE_BYTES) };
}

/**
 * A scanner of one range, which begins at `byteStart` of its file. finish() may be called once. `startState`:
 * the state that the range is known to begin in; the results for all other states are then those for it.
 */
export async function createScanner(
  dialect: KernelDialect,
  byteStart: number,
  startState?: number,
): Promise<Scanner> {
  const workshop = await takeWorkshop();
  const way = isPlain(dialect) ? plainWay(workshop, dialect) : tableWay(workshop, dialect, startState ?? -1);
  const { memory, address } = workshop;
  const window = new Uint8Array(memory.buffer, address, PIECE_BYTES);
  let finished = false;
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const end = way.pieceEnd(bytes, Math.min(bytes.length, at + PIECE_BYTES));
        window.set(bytes.subarray(at, end));
        way.update(address, address + end - at);
        at = end;
      }
    },
    finish() {
      if (finished) throw new Error('finish() was called twice.');
      finished = true;
      const { seen, firstEnds, ...rest } = way.finish();
      const firstRecordStart = firstEnds.map((bytes) => (bytes < 0 ? -1 : byteStart + bytes));
      const result = { byteStart, byteEnd: byteStart + seen, firstRecordStart, ...rest };
      idle.push(workshop);
      return result;
    },
  };
}

/** How bytes are scanned, for each of the two kinds of dialect. */
interface Way {
  /** The last position at or before `end` where a piece may end. */
  pieceEnd(bytes: Uint8Array, end: number): number;
  update(start: number, end: number): void;
  finish(): Pick<RangeScan, 'endState' | 'linesBefore' | 'lines'> & { seen: number; firstEnds: number[] };
}

function plainWay({ exports, memory }: Workshop, dialect: KernelDialect): Way {
  const { delimiter, quote } = dialectBytes(dialect);
  const states = exports.scanBegin(delimiter, quote);
  let seen = 0;
  return {
    pieceEnd: (_bytes, end) => end,
    update(start, end) {
      exports.scanUpdate(start, end);
      seen += end - start;
    },
    finish: () => ({
      seen,
      endState: Array.from(new Int32Array(memory.buffer, states, 4)),
      firstEnds: Array.from(new Float64Array(memory.buffer, exports.scanFirstEnds(), 4)),
      linesBefore: Array.from(new Float64Array(memory.buffer, exports.scanFirstLines(), 4)),
      lines: exports.scanLines(),
    }),
  };
}

function tableWay({ exports, memory, table }: Workshop, dialect: KernelDialect, startState: number): Way {
  const machine = machineOf(dialect);
  const { encoding = 'utf-8' } = dialect;
  new Uint16Array(memory.buffer, table, machine.table.length).set(machine.table);
  const final = table + TABLE_BYTES;
  const special = final + STATES_MAX;
  const side = new Uint8Array(memory.buffer, final, SIDE_BYTES);
  side.set(machine.final);
  side.set(machine.special, STATES_MAX);
  exports.tableScanBegin(table, final, special, machine.states, measureOf(encoding), startState);
  const doubles = (address: number) => Array.from(new Float64Array(memory.buffer, address, machine.states));
  return {
    pieceEnd: (bytes, end) => (encoding === 'utf-8' ? end : characterEnd(bytes, end)),
    update: (start, end) => exports.tableScanUpdate(start, end),
    finish() {
      const states = exports.tableScanEnd();
      return {
        seen: exports.tableScanSeen(),
        endState: Array.from(new Int32Array(memory.buffer, states, machine.states)),
        firstEnds: doubles(exports.tableScanFirstEnds()),
        linesBefore: doubles(exports.tableScanFirstLines()),
        lines: doubles(exports.tableScanLines()),
      };
    },
  };
}

/** The last end of a character at or before `end`. */
export function characterEnd(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at < bytes.length && at > 0 && (bytes[at] & 0xc0) === 0x80) at--;
  return at;
}
