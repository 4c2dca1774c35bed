/**
 * Reads a JSON document as it streams by: counts the elements of one array, and keeps a few scalars. Memory does not
 * grow with the document. Whether each record is well formed is for the loader to say.
 */
import { createHash } from 'node:crypto';
import { BACKSLASH } from '../../../kernel/dialect/control.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from '../../../kernel/json/syntax.ts';
import { ContentFault, type PageWatch, type Watched } from './contract.ts';

/** The longest key, or scalar, that is kept. */
const keptMost = 64 * 1024;

/** Deeper documents are not data. */
const depthMost = 1024;

type State = 'between' | 'string' | 'word';

interface Level {
  readonly array: boolean;
  /** Of an object: the key whose value comes. */
  key: string | null;
  /** Of an object: the next string is a key. */
  keyNext: boolean;
  /** Whether the keys up to here lead to something that is kept. */
  readonly onPath: boolean;
}

export class JsonWatch implements PageWatch {
  private readonly records: readonly string[];
  private readonly kept: readonly { readonly path: string; readonly members: readonly string[] }[];
  private readonly values = new Map<string, string | number | boolean | null>();
  private readonly hash = createHash('sha256');
  private readonly levels: Level[] = [];
  /** How deep the array of records is; -1 outside of it. */
  private recordsDepth = -1;
  private found = false;
  private count = 0;
  private state: State = 'between';
  private escaped = false;
  /** Bytes of the key or scalar that is being read; null if it is not kept. */
  private text: number[] | null = null;
  private keeping: string | null = null;
  private complete = false;
  private started = false;

  /** `records`: members on the path to the array of records. `paths`: of scalars to keep, such as `$.meta.next`. */
  constructor(records: readonly string[], paths: readonly string[]) {
    this.records = records;
    this.kept = paths.map((path) => ({ path, members: path.split('.').slice(1) }));
  }

  feed(bytes: Uint8Array): void {
    // The part of these bytes that belongs to the records.
    let hashed = this.recordsDepth >= 0 ? 0 : -1;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.state === 'string') this.inString(byte);
      else {
        const inside = this.recordsDepth >= 0;
        this.outside(byte);
        if (!inside && this.recordsDepth >= 0) hashed = i;
        if (inside && this.recordsDepth < 0) {
          this.hash.update(bytes.subarray(hashed, i));
          hashed = -1;
        }
      }
    }
    if (hashed >= 0) this.hash.update(bytes.subarray(hashed));
  }

  end(): Watched {
    if (this.state === 'word') this.endWord();
    if (!this.complete) throw new ContentFault(this.started ? 'it ends in the middle' : 'it is empty');
    if (!this.found) {
      const path = ['$', ...this.records].join('.');
      throw new ContentFault(`there is no array at ${path}`);
    }
    return { records: this.count, hash: this.hash.digest('hex'), values: this.values };
  }

  private inString(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.endString();
      return;
    }
    if (this.text !== null) this.keep(byte);
  }

  private outside(byte: number): void {
    if (this.state === 'word') {
      if (!isBoundary(byte)) {
        if (this.text !== null) this.keep(byte);
        return;
      }
      this.endWord();
    }
    if (byte === QUOTE) this.beginString();
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.open(byte === OPEN_ARRAY);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.close(byte === CLOSE_ARRAY);
    else if (byte === COMMA) this.expectKey();
    else if (byte > 0x20 && byte !== COLON) this.beginWord(byte);
  }

  private expectKey(): void {
    const level = this.levels.at(-1);
    if (level !== undefined && !level.array) level.keyNext = true;
  }

  private beginWord(byte: number): void {
    // A byte order mark may come first.
    if (!this.started && (byte === 0xef || byte === 0xbb || byte === 0xbf)) return;
    this.beginValue();
    this.state = 'word';
    this.text = this.keeping === null ? null : [byte];
  }

  private beginString(): void {
    const level = this.levels.at(-1);
    this.state = 'string';
    if (level?.keyNext) {
      this.text = level.onPath ? [] : null;
      return;
    }
    this.beginValue();
    this.text = this.keeping === null ? null : [];
  }

  private endString(): void {
    this.state = 'between';
    const level = this.levels.at(-1);
    if (level?.keyNext) {
      level.keyNext = false;
      level.key = this.text === null ? null : unquoted(this.text);
      return;
    }
    if (this.keeping !== null) this.values.set(this.keeping, unquoted(this.text!));
    this.endValue();
  }

  private endWord(): void {
    this.state = 'between';
    if (this.keeping !== null) {
      const text = Buffer.from(this.text!).toString();
      // Digits beyond those of a number are kept as a text.
      const number = Number(text);
      if (text === 'true' || text === 'false') this.values.set(this.keeping, text === 'true');
      else if (text === 'null') this.values.set(this.keeping, null);
      else if (Number.isNaN(number)) throw new ContentFault(`${text.slice(0, 20)} is not JSON`);
      else this.values.set(this.keeping, Number.isSafeInteger(number) ? number : text);
    }
    this.endValue();
  }

  /** Before the first byte of any value. */
  private beginValue(): void {
    if (this.complete) throw new ContentFault('something follows the document');
    this.started = true;
    const depth = this.levels.length;
    if (depth === this.recordsDepth) this.count += 1;
    this.keeping = this.kept.find(({ members }) => this.isAt(members))?.path ?? null;
  }

  private endValue(): void {
    this.keeping = null;
    this.text = null;
    if (this.levels.length === 0) this.complete = true;
  }

  private open(array: boolean): void {
    this.beginValue();
    if (this.levels.length >= depthMost) throw new ContentFault('it is nested too deeply');
    const isRecords = array && !this.found && this.isAt(this.records);
    const depth = this.levels.length;
    const longest = Math.max(this.records.length, ...this.kept.map(({ members }) => members.length));
    const onPath = !array && depth < longest && this.levels.every((level) => !level.array);
    this.levels.push({ array, key: null, keyNext: !array, onPath });
    if (isRecords) {
      this.found = true;
      this.recordsDepth = depth + 1;
    }
  }

  private close(array: boolean): void {
    const level = this.levels.pop();
    if (level === undefined || level.array !== array) throw new ContentFault('its brackets do not match');
    if (this.levels.length < this.recordsDepth) this.recordsDepth = -1;
    this.endValue();
  }

  /** Whether the value that comes is the one at these members. */
  private isAt(members: readonly string[]): boolean {
    const { levels } = this;
    if (levels.length !== members.length) return false;
    for (let i = 0; i < members.length; i++) {
      if (levels[i].array || levels[i].key !== members[i]) return false;
    }
    return true;
  }

  private keep(byte: number): void {
    if (this.text!.length >= keptMost) throw new ContentFault(`a key, or ${this.keeping}, is too long`);
    this.text!.push(byte);
  }
}

function isBoundary(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte <= 0x20;
}

function unquoted(text: readonly number[]): string {
  const quoted = `"${Buffer.from(text as number[]).toString()}"`;
  try {
    return JSON.parse(quoted);
  } catch {
    throw new ContentFault(`${quoted.slice(0, 20)} is not JSON`);
  }
}
