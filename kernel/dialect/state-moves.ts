/** The states of a dialect's table (machine.ts), and where each byte leads. */
import type { KernelDialect } from '../types.ts';
import { blanks, CR, LF, SPACE, TAB } from './control.ts';
import { APPEND, BAD, BEFORE, ESCAPE, Final, LINE, Step } from './steps.ts';

type Kind =
  | 'recordStart'
  | 'afterCr'
  | 'fieldStart'
  | 'blanks'
  | 'indent'
  | 'gap'
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

export interface State {
  readonly kind: Kind;
  /** Bytes seen of the delimiter, or of the comment's text. */
  readonly match: number;
  /** escaped: the state to return to; prefix: the state if this is not a comment. */
  readonly base?: State;
}

/** The only bytes that a state with RUNS_… treats differently. */
export type SpecialBytes = readonly [number, number, number, number, number];

export interface Move {
  readonly next: State;
  readonly action: number;
}

/** A name that no other state has. */
export function nameOf({ kind, match, base }: State): string {
  return base === undefined ? `${kind}${match}` : `${kind}${match} ${nameOf(base)}`;
}

/** What the end of the input does in a state. */
export function finalOf(state: State): number {
  const inQuotes = state.base?.kind === 'quoted';
  switch (state.kind) {
    case 'recordStart':
    case 'afterCr':
    case 'indent':
    case 'comment':
      return Final.nothing;
    case 'gap':
      return Final.ended;
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
export const recordStart: State = { kind: 'recordStart', match: 0 };
const afterCr: State = { kind: 'afterCr', match: 0 };
const inComment: State = { kind: 'comment', match: 0 };
/** With blanks for a delimiter: before a record's first field, and after a field. */
const indent: State = { kind: 'indent', match: 0 };
const gap: State = { kind: 'gap', match: 0 };

/** What a byte does in a state: one method for each kind of state. */
export class Moves {
  readonly delimiter: Uint8Array;
  readonly quote: number;
  readonly escape: number;
  private readonly comment: Uint8Array;
  private readonly anyLineEnd: boolean;
  private readonly trim: boolean;
  /** Runs of blanks separate fields. */
  private readonly byBlanks: boolean;
  /** For each prefix of the delimiter, its longest proper suffix that is a prefix too. */
  private readonly border: number[];

  constructor({ delimiter, quote, trim, escape: mark, lineEnds, comment }: KernelDialect) {
    this.byBlanks = delimiter === blanks;
    this.delimiter = Buffer.from(this.byBlanks ? ' ' : delimiter);
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

  get special(): SpecialBytes {
    const [first] = this.delimiter;
    // With both, states in which a tab is special have no RUNS_….
    const spare = this.byBlanks ? TAB : first;
    const or = (byte: number) => (byte < 0 ? spare : byte);
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
      case 'indent':
        return this.atRecordStart(byte);
      case 'gap':
        if (this.isGap(byte)) return { next: gap, action: Step.none };
        return this.lineEnd(byte, Step.endedRecord) ?? this.atFieldStart(byte);
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
    if (this.isGap(byte)) return { next: indent, action: Step.none };
    if (this.isBlank(byte)) return { next: { kind: 'blanks', match: 0 }, action: Step.none };
    return this.inField(0, byte);
  }

  private inField(match: number, byte: number): Move {
    const now = this.follow(match, byte);
    if (this.isGap(byte)) return { next: gap, action: Step.field };
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
    if (this.isGap(byte)) return { next: gap, action: Step.closedField };
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
    const single = this.delimiter.length === 1 && (byte === this.delimiter[0] || this.isGap(byte));
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

  /** A blank between fields. So is a CR that does not end a record. */
  private isGap(byte: number): boolean {
    return this.byBlanks && (byte === SPACE || byte === TAB || (byte === CR && !this.anyLineEnd));
  }

  private isBlank(byte: number): boolean {
    return this.trim && (byte === SPACE || byte === TAB) && byte !== this.delimiter[0];
  }
}

function withFlag({ next, action }: Move, flag: number): Move {
  return { next, action: action | flag };
}
