/** The parts of a JSON document around its records: what stands before the array, and what after it. */
import { BACKSLASH, bomBytes } from '../dialect/control.ts';
import { ElementScan } from './element-scan.ts';
import { stepText } from './json-paths.ts';
import { CLOSE_OBJECT, COLON, COMMA, isSpace, JsonCursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './syntax.ts';

/** The document cannot be read. `byte`: where, from the start of the document. */
export class DocumentFault extends Error {
  readonly byte: number;
  /** The document is JSON, but its records are not where the definition says. */
  readonly elsewhere: boolean;

  constructor(reason: string, byte: number, elsewhere = false) {
    super(reason);
    this.byte = byte;
    this.elsewhere = elsewhere;
  }
}

/** `$.orders[*]` */
export function recordsPath(keys: readonly string[]): string {
  return `${keysPath(keys)}[*]`;
}

function keysPath(keys: readonly string[]): string {
  return `$${keys.map((key) => stepText(`.${key}`)).join('')}`;
}

/** Where the records begin. `hasNone`: null stands in place of the array. */
export interface RecordsStart {
  readonly at: number;
  readonly hasNone: boolean;
}

/**
 * Finds the array of records in the first bytes of a document. Null: they end before it. `whole`: nothing follows
 * `bytes`. Throws DocumentFault.
 */
export function findRecords(bytes: Uint8Array, keys: readonly string[], whole: boolean): RecordsStart | null {
  const cursor = new JsonCursor();
  cursor.begin(bytes, bomBytes(bytes), bytes.length);
  for (const [level, key] of keys.entries()) {
    const found = enter(cursor, key, keysPath(keys.slice(0, level + 1)), whole);
    if (found === null) return null;
  }
  cursor.space();
  const byte = cursor.peek();
  if (byte === -1) return incomplete(cursor, whole, 'where its records should be');
  if (byte === OPEN_ARRAY) return { at: cursor.at + 1, hasNone: false };
  const start = cursor.at;
  if (byte === 0x6e) {
    if (!whole && cursor.end - start < 4) return null;
    if (cursor.word()) return { at: cursor.at, hasNone: true };
  }
  throw new DocumentFault(`there is ${named(byte)} instead of an array`, start, isValueStart(byte));
}

/** Moves to the value of a key of the object at hand. Null: more bytes are needed. */
function enter(cursor: JsonCursor, key: string, path: string, whole: boolean): true | null {
  cursor.space();
  if (cursor.peek() === -1) return incomplete(cursor, whole, 'before its records');
  if (cursor.peek() !== OPEN_OBJECT)
    throw new DocumentFault(
      `there is ${named(cursor.peek())} where the object with ${path} should be`,
      cursor.at,
      isValueStart(cursor.peek()),
    );
  cursor.at++;
  const others: string[] = [];
  const scan = new ElementScan();
  for (;;) {
    cursor.space();
    if (cursor.peek() === CLOSE_OBJECT) {
      const keys = others.length === 0 ? 'no keys' : `only ${others.slice(0, 10).join(', ')}`;
      throw new DocumentFault(`there is no ${path}: its object has ${keys}`, cursor.at, true);
    }
    const from = cursor.at;
    if (!cursor.key()) return faulty(cursor, whole);
    const name = cursor.textFrom(from);
    if (!cursor.colon()) return faulty(cursor, whole);
    if (name === key) return true;
    others.push(JSON.stringify(name.slice(0, 60)));
    const end = scan.find(cursor.bytes, cursor.at, cursor.end, CLOSE_OBJECT);
    if (end < 0) return incomplete(cursor, whole, 'before its records');
    cursor.at = cursor.bytes[end] === COMMA ? end + 1 : end;
  }
}

function faulty(cursor: JsonCursor, whole: boolean): null {
  if (!whole && (cursor.peek() === -1 || cursor.isCutOff)) return null;
  throw new DocumentFault(cursor.fault, cursor.at);
}

function incomplete(cursor: JsonCursor, whole: boolean, where: string): null {
  if (whole) throw new DocumentFault(`it ends ${where}`, cursor.end);
  return null;
}

function isValueStart(byte: number): boolean {
  return byte > 0 && '{["tfn-0123456789'.includes(String.fromCharCode(byte));
}

function named(byte: number): string {
  if (byte === OPEN_OBJECT) return 'an object';
  if (byte === OPEN_ARRAY) return 'an array';
  if (byte === QUOTE) return 'a text';
  if (isValueStart(byte)) return 'a value';
  const shown = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16)}`;
  return `${shown}, which begins no JSON value,`;
}

const State = { after: 0, key: 1, inKey: 2, colon: 3, value: 4 } as const;

/** Longest key that is compared with those of the records' path; six bytes of escape for one. */
const keyBytesMost = 4096;

/** Checks, piece by piece, what follows the array: the objects around it end, and none has its key twice. */
export class DocumentTail {
  private readonly keys: readonly string[];
  private readonly scan = new ElementScan();
  /** Objects that are open. */
  private depth: number;
  private state: (typeof State)[keyof typeof State] = State.after;
  private key: number[] = [];
  private escaped = false;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.depth = keys.length;
  }

  /** True if the document may end here. */
  get isWhole(): boolean {
    return this.depth === 0 && this.state === State.after;
  }

  /** `position`: of bytes[from] in the document. Throws DocumentFault. */
  push(bytes: Uint8Array, from: number, position: number): void {
    for (let at = from; at < bytes.length; at++) {
      if (this.state === State.inKey) {
        this.takeKey(bytes[at], position + at - from);
        continue;
      }
      if (this.state === State.value) {
        const end = this.scan.find(bytes, at, bytes.length, CLOSE_OBJECT);
        if (end < 0) return;
        at = end;
        this.state = State.after;
      }
      if (!isSpace(bytes[at])) this.take(bytes[at], position + at - from);
    }
  }

  private take(byte: number, position: number): void {
    const { state } = this;
    if (state === State.after && this.depth > 0 && byte === COMMA) this.state = State.key;
    else if (state === State.after && this.depth > 0 && byte === CLOSE_OBJECT) this.depth--;
    else if (state === State.key && byte === QUOTE) {
      this.state = State.inKey;
      this.key = [];
    } else if (state === State.colon && byte === COLON) this.state = State.value;
    else if (this.depth === 0) throw new DocumentFault('something follows its end', position);
    else throw new DocumentFault(`${named(byte)} is out of place after its records`, position);
  }

  private takeKey(byte: number, position: number): void {
    if (byte === QUOTE && !this.escaped) {
      this.state = State.colon;
      if (this.isOurs()) {
        throw new DocumentFault(`it has ${keysPath(this.keys.slice(0, this.depth))} twice`, position);
      }
      return;
    }
    this.escaped = !this.escaped && byte === BACKSLASH;
    if (this.key.length < keyBytesMost) this.key.push(byte);
  }

  private isOurs(): boolean {
    try {
      return JSON.parse(`"${Buffer.from(this.key)}"`) === this.keys[this.depth - 1];
    } catch {
      return false;
    }
  }
}
