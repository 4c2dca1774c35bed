/** Walks through one JSON text, strictly as RFC 8259 has it. Numbers and texts stay bytes. */
import { BACKSLASH, CR, LF, SPACE, TAB } from '../dialect/control.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;

/** Deepest nesting of objects and arrays in a record. */
const depthMost = 500;

/** Longest number, and most digits of an exponent, that every database takes: beyond, only the text is kept. */
const plainNumberBytes = 300;
const plainExponentDigits = 3;

const words = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** What a value is, as far as its bytes tell. */
export const Kind = { none: 0, text: 1, escapedText: 2, scalar: 3, nested: 4 } as const;

/**
 * Reads values in [at, end). Every step returns false at the first byte that does not fit; `fault` says why, and `at`
 * where. A hot loop: no exceptions, and no objects a value.
 */
export class JsonCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  fault = '';
  /** Keys and indexes from where the fault was noted outwards. */
  faultSteps: string[] = [];
  /** All bytes of texts so far, or-ed. */
  high = 0;
  /** The text that was last read has escapes. */
  escaped = false;
  /** The text at fault goes on past the end. */
  isCutOff = false;
  /** A text or a number was read that jsonb cannot hold, since a caller last cleared this. */
  unstorable = false;

  begin(bytes: Uint8Array, from: number, end: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
    this.fault = '';
    this.faultSteps = [];
    this.high = 0;
    this.isCutOff = false;
    this.unstorable = false;
  }

  fail(fault: string): false {
    this.fault = fault;
    return false;
  }

  space(): void {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end && isSpace(bytes[at])) at++;
    this.at = at;
  }

  /** The byte at hand; -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] : -1;
  }

  /** From an opening quote past the closing one. */
  string(): boolean {
    const { bytes, end } = this;
    let at = this.at + 1;
    let high = 0;
    this.escaped = false;
    while (at < end) {
      const byte = bytes[at];
      high |= byte;
      if (byte === QUOTE) {
        this.high |= high;
        this.at = at + 1;
        return true;
      }
      if (byte < 0x20) {
        this.at = at;
        return this.fail('a control character in a text must be escaped');
      }
      if (byte === BACKSLASH) {
        this.escaped = true;
        const next = this.escapeEnd(at);
        if (next < 0) {
          this.at = at;
          this.isCutOff = at + (bytes[at + 1] === 0x75 ? 6 : 2) > end;
          return this.fail('the escape is not one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX');
        }
        at = next;
      } else at++;
    }
    this.isCutOff = true;
    return this.fail('the text that begins here has no closing quote');
  }

  /** The characters of the text or key that began at `from` and was read last. */
  textFrom(from: number): string {
    return JSON.parse(Buffer.from(this.bytes.subarray(from, this.at)).toString()) as string;
  }

  /** Past the escape at `at`; -1 for a wrong one. Notes escapes that jsonb cannot hold. */
  private escapeEnd(at: number): number {
    const { bytes, end } = this;
    if (at + 1 >= end) return -1;
    const mark = bytes[at + 1];
    if (mark !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(mark)) ? at + 2 : -1;
    const unit = hexUnit(bytes, at + 2, end);
    if (unit < 0) return -1;
    if (unit === 0 || (unit >= 0xdc00 && unit < 0xe000)) this.unstorable = true;
    if (unit < 0xd800 || unit >= 0xdc00) return at + 6;
    const paired = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75 && at + 12 <= end;
    const low = paired ? hexUnit(bytes, at + 8, end) : -1;
    if (low >= 0xdc00 && low < 0xe000) return at + 12;
    this.unstorable = true;
    return at + 6;
  }

  number(): boolean {
    const { bytes, end, at: from } = this;
    let at = from;
    if (bytes[at] === 0x2d) at++;
    const whole = at;
    while (at < end && isDigit(bytes[at])) at++;
    if (at === whole) return this.noValue();
    if (bytes[whole] === 0x30 && at > whole + 1) return this.fail('a number cannot begin with 0');
    if (at < end && bytes[at] === 0x2e) {
      const fraction = ++at;
      while (at < end && isDigit(bytes[at])) at++;
      if (at === fraction) return this.fail('a digit must follow the decimal point');
    }
    if (at < end && (bytes[at] | 0x20) === 0x65) {
      at++;
      if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
      const exponent = at;
      while (at < end && isDigit(bytes[at])) at++;
      if (at === exponent) return this.fail('the exponent has no digits');
      if (at - exponent > plainExponentDigits) this.unstorable = true;
    }
    if (at - from > plainNumberBytes) this.unstorable = true;
    this.at = at;
    return true;
  }

  /** true, false or null. */
  word(): boolean {
    const { bytes, end, at } = this;
    for (const word of words) {
      if (word[0] !== bytes[at] || at + word.length > end) continue;
      let i = 1;
      while (i < word.length && word[i] === bytes[at + i]) i++;
      if (i < word.length) continue;
      this.at = at + word.length;
      return true;
    }
    return this.noValue();
  }

  noValue(): false {
    const { bytes, at, end } = this;
    if (at >= end) return this.fail('the record ends where a value should be');
    const found = /^[\w.+-]{1,20}/.exec(
      Buffer.from(bytes.subarray(at, Math.min(end, at + 20))).toString('latin1'),
    );
    return this.fail(found === null ? 'a value should be here' : `${found[0]} is not JSON`);
  }

  /** Past any value, whose nesting is `depth` deep so far. */
  skip(depth: number): boolean {
    const byte = this.peek();
    if (byte === QUOTE) return this.string();
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.skipNested(byte, depth + 1);
    return byte === 0x74 || byte === 0x66 || byte === 0x6e ? this.word() : this.number();
  }

  /** Past an opening bracket, behind which the nesting is `depth` deep. */
  enter(depth: number): boolean {
    if (depth > depthMost) return this.fail(`it is nested more than ${depthMost} deep`);
    this.at++;
    this.space();
    return true;
  }

  private skipNested(open: number, depth: number): boolean {
    if (!this.enter(depth)) return false;
    const close = open === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
    if (this.peek() === close) {
      this.at++;
      return true;
    }
    for (let index = 0; ; index++) {
      const from = this.at;
      if (open === OPEN_OBJECT && !this.key()) return false;
      const to = this.at;
      if (open === OPEN_OBJECT && !this.colon()) return false;
      if (!this.skip(depth)) {
        this.faultSteps.push(open === OPEN_ARRAY ? `[${index}]` : this.keyStep(from, to));
        return false;
      }
      if (!this.goesOn(close)) return this.fault === '';
    }
  }

  /** A key, from its opening quote past the closing one. */
  key(): boolean {
    return this.peek() === QUOTE ? this.string() : this.fail('a key in double quotes should be here');
  }

  /** Past the colon after a key, to its value. */
  colon(): boolean {
    this.space();
    if (this.peek() !== COLON) return this.fail('a colon should follow the key');
    this.at++;
    this.space();
    return true;
  }

  /** True if a comma follows, and another member or element after it. False at the end, or with a fault. */
  goesOn(close: number): boolean {
    this.space();
    const byte = this.peek();
    if (byte !== COMMA && byte !== close)
      return this.fail(`a comma or ${close === CLOSE_OBJECT ? '}' : ']'} should be here`);
    this.at++;
    if (byte === close) return false;
    this.space();
    if (this.peek() === close) return this.fail('a comma has nothing after it');
    return true;
  }

  /** A key as a step of a path. `from`, `to`: the key with its quotes. */
  keyStep(from: number, to: number): string {
    const key = Buffer.from(this.bytes.subarray(from + 1, Math.min(to - 1, from + 61))).toString();
    return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key) ? `.${key}` : `["${key}"]`;
  }
}

/** The number of four hex digits; -1 if they are not. */
export function hexUnit(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i];
    if (!isHex(byte)) return -1;
    unit = unit * 16 + (isDigit(byte) ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return unit;
}
