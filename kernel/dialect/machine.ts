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
 * A delimiter of several bytes has one state for each of its prefixes (`match` bytes of it were seen). So has
 * the text that begins a comment.
 */

import type { KernelDialect } from '../types.ts';
import { CR, LF } from './control.ts';

/** What a byte does besides leading to the next state: one of eight steps, and flags. */
export const Step = {
  none: 0,
  /** Ends the field; the delimiter's earlier bytes were taken as text. */
  field: 1,
  /** Ends a field whose quotes are closed. */
  closedField: 2,
  record: 3,
  /** An opening quote. */
  open: 4,
  /** The line turns out to be a comment. */
  comment: 5,
  /** The record begins after this byte. */
  restart: 6,
} as const;
/** The byte belongs to the field. */
export const APPEND = 8;
/** The escape before it belongs to the field too. */
export const ESCAPE = 16;
/** The record is badly quoted. */
export const BAD = 32;
/** The byte ends a line. */
export const LINE = 64;
/** The previous record ended before this byte. */
export const BEFORE = 128;

/** What the end of the input does in a state. */
export const Final = {
  nothing: 0,
  /** The record ends; a CR before the end is not part of it if CRLF ends records. */
  record: 1,
  badQuote: 2,
  /** The record ends, and the trailing escape is part of it. */
  escape: 3,
  /** The record ends; an escaped CR at its end is part of it. */
  whole: 4,
} as const;

export interface Machine {
  readonly states: number;
  /** [state << 8 | byte] → next state | action << 8. State 0 is recordStart. */
  readonly table: Uint16Array;
  /** For each state: what the end of the input does, and RUNS_… if most bytes leave the state as it is. */
  readonly final: Uint8Array;
  readonly delimiterBytes: number;
  readonly quote: number;
  readonly escape: number;
  /** The only bytes that a state with RUNS_… treats differently. */
  readonly special: readonly [number, number, number, number, number];
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

type Kind =
  | 'recordStart'
  | 'afterCr'
  | 'fieldStart'
  | 'blanks'
  | 'unquoted'
  | 'quoted'
  | 'quotedCr'
  | 'closing'
  | 'closingCr'
  | 'closingBlanks'
  | 'escaped'
  | 'escapedCr'
  | 'comment'
  | 'prefix';

interface State {
  readonly kind: Kind;
  /** Bytes seen of the delimiter, or of the comment's text. */
  readonly match: number;
  /** escaped: the state to return to; prefix: the state if this is not a comment. */
  readonly base?: State;
}

interface Move {
  readonly next: State;
  readonly action: number;
}

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
  const size = Buffer.byteLength(delimiter);
  if (size < 1 || size > 8) return 'the delimiter must be 1 to 8 bytes long';
  if (/[\r\n]/.test(delimiter)) return 'the delimiter may not contain a line end';
  for (const [name, text] of [
    ['quote', quote],
    ['escape', mark],
  ] as const) {
    if (text === null) continue;
    if (!/^[^\r\n\u0080-\uffff]$/.test(text)) return `the ${name} must be one ASCII character`;
    if (delimiter.includes(text)) return `the ${name} may not be part of the delimiter`;
    if (comment?.includes(text)) return `the ${name} may not be part of the text that begins a comment`;
    if (trim && /[ \t]/.test(text)) return `the ${name} may not be a space or tab with trim`;
  }
  if (trim && size > 1 && /[ \t]/.test(delimiter))
    return 'a delimiter of several bytes may not contain spaces or tabs with trim';
  if (comment === null) return null;
  const commentSize = Buffer.byteLength(comment);
  if (commentSize < 1 || commentSize > 8) return 'the text that begins a comment must be 1 to 8 bytes long';
  if (/[\r\n]/.test(comment) || comment.startsWith(delimiter))
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
  const start: State = { kind: 'recordStart', match: 0 };
  const states: State[] = [start];
  const numbers = new Map([[nameOf(start), 0]]);
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

function nameOf({ kind, match, base }: State): string {
  return base === undefined ? `${kind}${match}` : `${kind}${match} ${nameOf(base)}`;
}

function finalOf(state: State): number {
  const inQuotes = state.base?.kind === 'quoted';
  switch (state.kind) {
    case 'recordStart':
    case 'afterCr':
    case 'comment':
      return Final.nothing;
    case 'quoted':
    case 'quotedCr':
      return Final.badQuote;
    case 'closing':
    case 'closingBlanks':
      return state.match > 0 ? Final.badQuote : Final.record;
    case 'escaped':
      return inQuotes ? Final.badQuote : Final.escape;
    case 'escapedCr':
      return inQuotes ? Final.badQuote : Final.whole;
    case 'prefix':
      return finalOf(state.base!);
    default:
      return Final.record;
  }
}

const unquoted: State = { kind: 'unquoted', match: 0 };
const quotedState: State = { kind: 'quoted', match: 0 };
const fieldStart: State = { kind: 'fieldStart', match: 0 };
const recordStart: State = { kind: 'recordStart', match: 0 };
const afterCr: State = { kind: 'afterCr', match: 0 };
const inComment: State = { kind: 'comment', match: 0 };

/** What a byte does in a state: one method for each kind of state. */
class Moves {
  readonly delimiter: Uint8Array;
  readonly quote: number;
  readonly escape: number;
  private readonly comment: Uint8Array;
  private readonly anyLineEnd: boolean;
  private readonly trim: boolean;
  /** For each prefix of the delimiter, its longest proper suffix that is a prefix too. */
  private readonly border: number[];

  constructor({ delimiter, quote, trim, escape: mark, lineEnds, comment }: KernelDialect) {
    this.delimiter = Buffer.from(delimiter);
    this.quote = quote === null ? -1 : quote.charCodeAt(0);
    this.escape = mark && mark !== quote ? mark.charCodeAt(0) : -1;
    this.comment = Buffer.from(comment ?? '');
    this.anyLineEnd = lineEnds === 'any';
    this.trim = trim;
    this.border = [0];
    for (let end = 1, match = 0; end < this.delimiter.length; end++) {
      match = this.follow(match, this.delimiter[end]);
      this.border.push(match);
    }
  }

  get special(): Machine['special'] {
    const [first] = this.delimiter;
    const or = (byte: number) => (byte < 0 ? first : byte);
    return [first, or(this.quote), or(this.escape), LF, CR];
  }

  of(state: State, byte: number): Move {
    const { kind, match, base } = state;
    switch (kind) {
      case 'recordStart':
        return this.atRecordStart(byte);
      case 'afterCr':
        if (byte === LF) return { next: recordStart, action: Step.restart };
        return withFlag(this.atRecordStart(byte), BEFORE);
      case 'fieldStart':
      case 'blanks':
        return this.atFieldStart(byte);
      case 'unquoted':
        return this.inField(match, byte);
      case 'quotedCr':
        if (byte === LF) return { next: quotedState, action: APPEND };
        return this.inQuotes(byte);
      case 'quoted':
        return this.inQuotes(byte);
      case 'closing':
      case 'closingBlanks':
        return this.afterQuotes(state, byte);
      case 'closingCr':
        if (byte === LF) return { next: recordStart, action: Step.record | LINE };
        return withFlag(this.inField(0, byte), BAD);
      case 'escaped':
        return this.afterEscape(base!, byte);
      case 'escapedCr':
        if (byte === LF) return { next: base!, action: APPEND | (this.anyLineEnd ? 0 : LINE) };
        return this.of(base!, byte);
      case 'comment':
        return this.lineEnd(byte, Step.restart) ?? { next: inComment, action: Step.none };
      case 'prefix':
        return this.inPrefix(match, this.of(base!, byte), byte);
    }
  }

  private atRecordStart(byte: number): Move {
    const blankLine = this.lineEnd(byte, Step.restart);
    if (blankLine !== null) return blankLine;
    const move = this.atFieldStart(byte);
    return this.comment.length > 0 ? this.inPrefix(0, move, byte) : move;
  }

  /** `move`: what the byte does if this is not a comment. */
  private inPrefix(match: number, move: Move, byte: number): Move {
    if (byte !== this.comment[match]) return move;
    if (match + 1 === this.comment.length) return { next: inComment, action: Step.comment };
    return { next: { kind: 'prefix', match: match + 1, base: move.next }, action: move.action };
  }

  private atFieldStart(byte: number): Move {
    if (byte === this.quote) return { next: quotedState, action: Step.open };
    if (this.isBlank(byte)) return { next: { kind: 'blanks', match: 0 }, action: Step.none };
    return this.inField(0, byte);
  }

  private inField(match: number, byte: number): Move {
    const now = this.follow(match, byte);
    if (now === this.delimiter.length) return { next: fieldStart, action: Step.field };
    const ended = this.lineEnd(byte, Step.record);
    if (ended !== null) return ended;
    if (byte === this.escape)
      return { next: { kind: 'escaped', match: 0, base: unquoted }, action: Step.none };
    return { next: { kind: 'unquoted', match: now }, action: APPEND };
  }

  private inQuotes(byte: number): Move {
    if (byte === this.quote) return { next: { kind: 'closing', match: 0 }, action: Step.none };
    if (byte === this.escape)
      return { next: { kind: 'escaped', match: 0, base: quotedState }, action: Step.none };
    if (byte === CR && this.anyLineEnd)
      return { next: { kind: 'quotedCr', match: 0 }, action: APPEND | LINE };
    return { next: quotedState, action: byte === LF ? APPEND | LINE : APPEND };
  }

  private afterQuotes({ kind, match }: State, byte: number): Move {
    if (byte === this.delimiter[match]) {
      if (match + 1 === this.delimiter.length) return { next: fieldStart, action: Step.closedField };
      return { next: { kind, match: match + 1 }, action: Step.none };
    }
    if (match === 0) {
      if (byte === this.quote && kind === 'closing') return { next: quotedState, action: APPEND };
      const ended = this.lineEnd(byte, Step.record);
      if (ended !== null) return ended;
      if (byte === CR) return { next: { kind: 'closingCr', match: 0 }, action: Step.none };
      if (this.isBlank(byte)) return { next: { kind: 'closingBlanks', match: 0 }, action: Step.none };
    }
    return withFlag(this.inField(match, byte), BAD);
  }

  private afterEscape(base: State, byte: number): Move {
    if (byte === CR) {
      const line = this.anyLineEnd ? LINE : 0;
      return { next: { kind: 'escapedCr', match: 0, base }, action: APPEND | line };
    }
    if (byte === LF) return { next: base, action: APPEND | LINE };
    const single = this.delimiter.length === 1 && byte === this.delimiter[0];
    if (single || byte === this.quote || byte === this.escape) return { next: base, action: APPEND };
    return withFlag(this.of(base, byte), ESCAPE);
  }

  /** What a line end does; null if the byte is not one. */
  private lineEnd(byte: number, step: number): Move | null {
    if (byte === LF) return { next: recordStart, action: step | LINE };
    if (byte === CR && this.anyLineEnd) return { next: afterCr, action: step | LINE };
    return null;
  }

  /** How many bytes of the delimiter match after one more byte (Knuth, Morris, Pratt). */
  private follow(from: number, byte: number): number {
    let match = from;
    while (match > 0 && byte !== this.delimiter[match]) match = this.border[match - 1];
    return byte === this.delimiter[match] ? match + 1 : 0;
  }

  private isBlank(byte: number): boolean {
    return this.trim && (byte === 32 || byte === 9) && byte !== this.delimiter[0];
  }
}

function withFlag({ next, action }: Move, flag: number): Move {
  return { next, action: action | flag };
}
