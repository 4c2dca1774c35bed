/**
 * The table of states for every dialect but the plainest. The kernel's general reader and scan
 * (kernel/assembly/read/table-read.ts, kernel/assembly/scan/table-scan.ts) and readHead go by it. `b` is any
 * other byte; a byte for which nothing is drawn belongs to the field and leaves the state as it is.
 *
 *   recordStart ── comment's text ──▶ comment ── line end ──▶ recordStart
 *   recordStart, fieldStart ── quote ──▶ quoted;   with trim, blanks before it are skipped
 *   recordStart, fieldStart ── b ──▶ unquoted
 *   unquoted ── delimiter ──▶ fieldStart;   ── LF ──▶ recordStart;   ── CR, where it ends records ──▶ afterCr
 *   afterCr ── LF ──▶ recordStart (one line end of two bytes);   ── b ──▶ as recordStart
 *   quoted ── quote ──▶ closing ── quote ──▶ quoted (a doubled quote)
 *   closing ── delimiter or line end ──▶ as unquoted;   ── b ──▶ unquoted, the record is badly quoted
 *   unquoted, quoted ── escape ──▶ escaped ── b ──▶ back; only some bytes lose their meaning
 *
 * With runs of blanks for a delimiter, a field ends with the first blank after it:
 *
 *   recordStart ── blank ──▶ indent ── line end ──▶ recordStart (a blank line);   ── b ──▶ as recordStart
 *   unquoted, closing ── blank ──▶ gap ── line end ──▶ recordStart;   ── b ──▶ as fieldStart
 *
 * A delimiter of several bytes has one state for each of its prefixes (`match` bytes of it were seen). So has
 * the text that begins a comment.
 */

import type { KernelDialect } from '../types.ts';
import { blanks } from './control.ts';
import { finalOf, Moves, nameOf, recordStart, type SpecialBytes, type State } from './state-moves.ts';
import { APPEND } from './steps.ts';

export interface Machine {
  readonly states: number;
  /** [state << 8 | byte] → next state | action << 8. State 0 is recordStart. */
  readonly table: Uint16Array;
  /** For each state: what the end of the input does, and RUNS_… if most bytes leave the state as it is. */
  readonly final: Uint8Array;
  readonly delimiterBytes: number;
  readonly quote: number;
  readonly escape: number;
  readonly special: SpecialBytes;
}

/** All bytes but the special ones belong to the field (append) or are skipped (nothing), and change no state. */
export const RUNS_APPEND = 8;
export const RUNS_NOTHING = 16;
const FINAL_MASK = 7;

/** What the end of the input does in a state: one of Final. */
export function finalAt({ final }: Machine, state: number): number {
  return final[state] & FINAL_MASK;
}

/** More states than any dialect has. */
export const STATES_MAX = 64;

/** True for the dialects of the kernel's fast reader. */
export function isPlain(dialect: KernelDialect): boolean {
  const { delimiter, quote, trim, escape: mark, lineEnds, comment, encoding } = dialect;
  const { shortRows, longRows, blankRows } = dialect;
  return (
    /^[\t -~]$/.test(delimiter) &&
    !/[0-9A-Za-z.+-]/.test(delimiter) &&
    !(trim && quote !== null) &&
    (mark ?? null) === null &&
    (comment ?? null) === null &&
    (lineEnds ?? 'lf') === 'lf' &&
    (shortRows ?? 'reject') === 'reject' &&
    (longRows ?? 'reject') === 'reject' &&
    (blankRows ?? 'read') === 'read' &&
    (encoding ?? 'utf-8') === 'utf-8'
  );
}

/**
 * Why a dialect cannot be read, in words; null if it can. If one member is part of another (a quote in the
 * delimiter), there would be two ways to read a file.
 */
export function dialectFault(dialect: KernelDialect): string | null {
  const { delimiter, quote, escape: mark = null, comment = null, trim } = dialect;
  const byBlanks = delimiter === blanks;
  const size = byBlanks ? 1 : Buffer.byteLength(delimiter);
  if (size < 1 || size > 8) return 'the delimiter must be 1 to 8 bytes long';
  if (/[\r\n]/.test(delimiter)) return 'the delimiter may not contain a line end';
  for (const [name, text] of [
    ['quote', quote],
    ['escape', mark],
  ] as const) {
    if (text === null) continue;
    if (!/^[^\r\n\u0080-\uffff]$/.test(text)) return `the ${name} must be one ASCII character`;
    if (byBlanks ? /[ \t]/.test(text) : delimiter.includes(text))
      return `the ${name} may not be part of the delimiter`;
    if (comment?.includes(text)) return `the ${name} may not be part of the text that begins a comment`;
    if (trim && /[ \t]/.test(text)) return `the ${name} may not be a space or tab with trim`;
  }
  if (trim && size > 1 && /[ \t]/.test(delimiter))
    return 'a delimiter of several bytes may not contain spaces or tabs with trim';
  if (comment === null) return null;
  const commentSize = Buffer.byteLength(comment);
  if (commentSize < 1 || commentSize > 8) return 'the text that begins a comment must be 1 to 8 bytes long';
  if (/[\r\n]/.test(comment) || (byBlanks ? /^[ \t]/.test(comment) : comment.startsWith(delimiter)))
    return 'the text that begins a comment may not contain a line end or begin with the delimiter';
  return null;
}

const known = new Map<string, Machine>();

/** The dialect's machine, built once. Throws a RangeError if dialectFault finds a fault. */
export function machineOf(dialect: KernelDialect): Machine {
  const { delimiter, quote, trim, escape: mark = null, lineEnds = 'lf', comment = null } = dialect;
  const key = JSON.stringify([delimiter, quote, trim, mark, lineEnds, comment]);
  let machine = known.get(key);
  if (machine === undefined) {
    const fault = dialectFault(dialect);
    if (fault !== null) throw new RangeError(`This dialect cannot be read: ${fault}.`);
    machine = tabulate(new Moves(dialect));
    // A process reads few dialects; auto-detection tries a few dozen.
    if (known.size > 500) known.clear();
    known.set(key, machine);
  }
  return machine;
}

/** Follows every byte out of every reachable state, and numbers the states in the order in which they are found. */
function tabulate(moves: Moves): Machine {
  const states: State[] = [recordStart];
  const numbers = new Map([[nameOf(recordStart), 0]]);
  const rows: number[] = [];
  for (let number = 0; number < states.length; number++) {
    for (let byte = 0; byte < 256; byte++) {
      const { next, action } = moves.of(states[number], byte);
      const name = nameOf(next);
      let target = numbers.get(name);
      if (target === undefined) {
        target = states.length;
        numbers.set(name, target);
        states.push(next);
      }
      rows.push(target | (action << 8));
    }
  }
  const { special } = moves;
  return {
    states: states.length,
    table: Uint16Array.from(rows),
    final: Uint8Array.from(states, (state, number) => finalOf(state) | runsOf(rows, number, special)),
    special,
    delimiterBytes: moves.delimiter.length,
    quote: moves.quote,
    escape: moves.escape,
  };
}

/** RUNS_… of a state, or 0 if neither holds. */
function runsOf(rows: readonly number[], state: number, special: readonly number[]): number {
  const moves = new Set<number>();
  for (let byte = 0; byte < 256; byte++) if (!special.includes(byte)) moves.add(rows[(state << 8) | byte]);
  const [only] = moves;
  if (moves.size > 1) return 0;
  return only === state ? RUNS_NOTHING : only === (state | (APPEND << 8)) ? RUNS_APPEND : 0;
}
