/** Reads one JSON record: finds the values of the fields' paths, and writes them as a row of CSV. */
import { isUtf8 } from 'node:buffer';
import { CsvRows } from './csv-rows.ts';
import { type JsonFormat, type KeyNode, type PathNode, type PathTrees, treesOf } from './fields.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  JsonCursor,
  Kind,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './syntax.ts';

/** Why a record, or an element of one, is rejected. `at`: the byte at fault. `encoding`: it is not UTF-8. */
export interface RecordFault {
  readonly because: string;
  readonly path: string;
  readonly at: number;
  readonly encoding: boolean;
}

/** A value that no path reads. */
interface Rest {
  readonly prefix: Uint8Array;
  readonly key: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export class RecordReader {
  readonly rows = new CsvRows();
  /** Bounds of the elements that are rows, two numbers each. Empty if records themselves are the rows. */
  readonly elements: number[] = [];
  readonly explodes: boolean;
  private readonly format: JsonFormat;
  private readonly trees: PathTrees;
  private readonly cursor = new JsonCursor();
  /** Of each field: what its value is, and where. */
  private readonly kinds: Uint8Array;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  /** Fields that are read from each element. */
  private readonly ofElement: readonly number[];
  /** Values that no path reads, if they are kept. Bound: the bytes of a record. */
  private rest: Rest[] = [];
  /** Keys that no path reads are noted, or rejected. */
  private watchesRest = false;
  /** Number of the object tree that is being read; a key that has it was seen in it. */
  private tree = 0;
  /** Where the first member is that was not added to the record, or its end; -1 if nothing was added. */
  private ownFrom = -1;
  /** Where the fault is, if not at the cursor; else -1. */
  private faultAt = -1;

  constructor(format: JsonFormat) {
    this.format = format;
    this.trees = treesOf(format);
    this.explodes = this.trees.element !== null;
    const count = format.fields.length;
    this.kinds = new Uint8Array(count);
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
    this.ofElement = this.trees.element === null ? [] : fieldsBelow(this.trees.element);
  }

  /** Reads the record in [from, to), without space around it. `elements` has its rows, if it explodes. */
  read(bytes: Uint8Array, from: number, to: number): RecordFault | null {
    const { cursor, trees, format } = this;
    this.kinds.fill(Kind.none);
    this.rest.length = 0;
    this.elements.length = 0;
    this.ownFrom = -1;
    this.watchesRest = !this.explodes && (format.keepsRest === true || format.strict === true);
    cursor.begin(bytes, from, to);
    this.tree++;
    return this.whole(this.value(trees.record, 0, true), bytes, from, to);
  }

  /** Reads an element of the record that was read last. */
  readElement(bytes: Uint8Array, from: number, to: number): RecordFault | null {
    const { cursor, trees, format } = this;
    for (const field of this.ofElement) this.kinds[field] = Kind.none;
    this.rest.length = 0;
    this.watchesRest = format.keepsRest === true || format.strict === true;
    cursor.begin(bytes, from, to);
    this.tree++;
    return this.whole(this.value(trees.element!, 0, true), bytes, from, to);
  }

  /** Writes the row of what was read last; a fault if a text cannot be written. */
  writeRow(): RecordFault | null {
    const { rows, kinds, starts, ends, format, trees } = this;
    const { bytes } = this.cursor;
    const last = format.keepsRest ? kinds.length - 1 : -1;
    for (let field = 0; field < kinds.length; field++) {
      const from = starts[field];
      const to = ends[field];
      const kind = field === last ? Kind.none : kinds[field];
      rows.reserve(to - from + 2);
      if (field === last) this.writeRest();
      else if (kind === Kind.none) rows.null();
      else if (kind === Kind.scalar) rows.plain(bytes, from, to);
      else if (kind === Kind.nested && this.ownFrom >= 0 && trees.record.fields.includes(field))
        this.writeOwn(to);
      else if (kind === Kind.nested) rows.raw(bytes, from, to);
      else if (format.fields[field].asJson) rows.raw(bytes, from - 1, to + 1);
      else if (kind === Kind.text) rows.text(bytes, from, to);
      else if (!rows.escaped(bytes, from, to)) {
        const because = 'half of a surrogate pair is no character';
        return { because, path: format.fields[field].path, at: from, encoding: false };
      }
      rows.endField();
    }
    rows.endRow();
    return null;
  }

  /** The text of a field of what was read last; null if there is none. */
  fieldText(field: number): string | null {
    const kind = this.kinds[field];
    if (kind === Kind.none || (this.format.keepsRest && field === this.kinds.length - 1)) return null;
    const asJson = this.format.fields[field].asJson && kind !== Kind.scalar && kind !== Kind.nested ? 1 : 0;
    const { bytes } = this.cursor;
    const text = Buffer.from(
      bytes.subarray(this.starts[field] - asJson, this.ends[field] + asJson),
    ).toString();
    return kind === Kind.escapedText && !asJson ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** Writes a row that the kernel rejects. */
  spoilRow(): void {
    this.rows.spoilRow(this.kinds.length);
  }

  /** Checks what the walk through [from, to) has left. */
  private whole(fits: boolean, bytes: Uint8Array, from: number, to: number): RecordFault | null {
    const { cursor } = this;
    let ok = fits;
    if (ok) {
      this.faultAt = -1;
      cursor.space();
      if (cursor.at < to) ok = cursor.fail('nothing should follow the record');
    }
    if (!ok) {
      const at = this.faultAt >= 0 ? this.faultAt : cursor.at;
      this.faultAt = -1;
      return { because: cursor.fault, path: `$${cursor.faultSteps.reverse().join('')}`, at, encoding: false };
    }
    if (cursor.high < 0x80 || isUtf8(bytes.subarray(from, to))) return null;
    return { because: '', path: '$', at: from, encoding: true };
  }

  /** A value that paths lead to. `open`: no path reads a value around it. */
  private value(node: PathNode, depth: number, open: boolean): boolean {
    const { cursor } = this;
    const from = cursor.at;
    const byte = cursor.peek();
    if (byte === OPEN_OBJECT) {
      if (!this.object(node, depth + 1, open && node.fields.length === 0)) return false;
      return this.note(node, Kind.nested, from, cursor.at);
    }
    if (byte === OPEN_ARRAY) {
      if (!this.array(node, depth + 1, open && node.fields.length === 0)) return false;
      return this.note(node, Kind.nested, from, cursor.at);
    }
    if (byte === QUOTE) {
      if (!cursor.string() || !this.isLeaf(node, depth, from)) return false;
      return this.note(node, cursor.escaped ? Kind.escapedText : Kind.text, from + 1, cursor.at - 1);
    }
    const isNull = byte === 0x6e;
    if (!(isNull || byte === 0x74 || byte === 0x66 ? cursor.word() : cursor.number())) return false;
    if (isNull && (depth > 0 || node.fields.length > 0)) return true;
    return this.isLeaf(node, depth, from) && this.note(node, Kind.scalar, from, cursor.at);
  }

  private note(node: PathNode, kind: number, from: number, to: number): true {
    const { fields } = node;
    for (let i = 0; i < fields.length; i++) {
      this.kinds[fields[i]] = kind;
      this.starts[fields[i]] = from;
      this.ends[fields[i]] = to;
    }
    return true;
  }

  /** Notes a fault at `at`, with the cursor behind it. */
  private failAt(at: number, fault: string): false {
    this.faultAt = at;
    return this.cursor.fail(fault);
  }

  /** A text, number or boolean may stand where paths end. */
  private isLeaf(node: PathNode, depth: number, from: number): boolean {
    const through = node.keys.length + node.items.length > 0 || node.explodes;
    if (!through && (depth > 0 || node.fields.length > 0)) return true;
    return this.failAt(from, `${expected(node)} should be here`);
  }

  private object(node: PathNode, depth: number, open: boolean): boolean {
    const { cursor } = this;
    const from = cursor.at;
    if (!cursor.enter(depth)) return false;
    if (cursor.peek() === CLOSE_OBJECT) {
      cursor.at++;
      return true;
    }
    if (node.keys.length === 0 && (node.items.length > 0 || node.explodes))
      return this.failAt(from, `${expected(node)} should be here`);
    const { added } = this.format;
    let isAdded = added !== undefined && node === this.trees.record;
    for (let next = 0; ; next++) {
      const keyFrom = cursor.at;
      cursor.unstorable = false;
      if (!cursor.key()) return false;
      const { escaped } = cursor;
      const keyTo = cursor.at;
      if (cursor.bytes[keyTo] === COLON && keyTo < cursor.end) cursor.at = keyTo + 1;
      else if (!cursor.colon()) return false;
      cursor.space();
      const child = this.childOf(node, keyFrom + 1, keyTo - 1, escaped, next);
      const fits =
        child === null
          ? this.other(node, depth, open, keyFrom, keyTo)
          : this.once(child, keyFrom) && this.value(child, depth, open);
      if (!fits) {
        cursor.faultSteps.push(cursor.keyStep(keyFrom, keyTo));
        return false;
      }
      isAdded &&= child !== null && added!.includes(child.key);
      const goesOn = cursor.goesOn(CLOSE_OBJECT);
      if (isAdded) this.ownFrom = goesOn ? cursor.at : cursor.at - 1;
      if (!goesOn) return cursor.fault === '';
    }
  }

  private once(child: KeyNode, at: number): boolean {
    if (child.seen === this.tree) return this.failAt(at, 'the key is there twice');
    child.seen = this.tree;
    return true;
  }

  /** The child with this key; null if no path has it. `next`: the one that is likely. */
  private childOf(node: PathNode, from: number, to: number, escaped: boolean, next: number): KeyNode | null {
    const { keys } = node;
    const { bytes } = this.cursor;
    if (escaped) {
      const key = JSON.parse(`"${Buffer.from(bytes.subarray(from, to))}"`);
      return keys.find((one) => one.key === key) ?? null;
    }
    if (next < keys.length && isKey(keys[next], bytes, from, to)) return keys[next];
    for (let k = 0; k < keys.length; k++) if (isKey(keys[k], bytes, from, to)) return keys[k];
    return null;
  }

  /** A value that no path reads. */
  private other(node: PathNode, depth: number, open: boolean, keyFrom: number, keyTo: number): boolean {
    const { cursor } = this;
    if (!this.watchesRest || !open) return cursor.skip(depth);
    if (this.format.strict) return this.failAt(keyFrom, 'the definition has no column for this key');
    const { bytes } = cursor;
    const from = cursor.at;
    if (!cursor.skip(depth)) return false;
    const key = bytes.subarray(keyFrom + 1, keyTo - 1);
    if (this.rest.some((one) => one.prefix === node.prefix && Buffer.compare(one.key, key) === 0))
      return this.failAt(keyFrom, 'the key is there twice');
    this.rest.push({ prefix: node.prefix, key, from, to: cursor.at });
    return !cursor.unstorable || this.failAt(from, 'PostgreSQL cannot hold this as JSON');
  }

  private array(node: PathNode, depth: number, open: boolean): boolean {
    const { cursor } = this;
    const from = cursor.at;
    if (!cursor.enter(depth)) return false;
    const isEmpty = cursor.peek() === CLOSE_ARRAY;
    // Some programs write an empty object as an empty array: there is nothing in it to lose.
    const isRecord = depth === 1 && node.fields.length === 0;
    const misplaced =
      node.items.length === 0 && !node.explodes && (isRecord || (node.keys.length > 0 && !isEmpty));
    if (misplaced) return this.failAt(from, `${expected(node)} should be here`);
    if (isEmpty) {
      cursor.at++;
      return true;
    }
    for (let index = 0; ; index++) {
      if (!this.element(node, depth, open, index)) {
        cursor.faultSteps.push(`[${index}]`);
        return false;
      }
      if (!cursor.goesOn(CLOSE_ARRAY)) return cursor.fault === '';
    }
  }

  private element(node: PathNode, depth: number, open: boolean, index: number): boolean {
    const { cursor } = this;
    const from = cursor.at;
    const item = itemAt(node, index);
    if (item !== null || node.explodes) {
      if (!(item === null ? cursor.skip(depth) : this.value(item, depth, open))) return false;
      if (node.explodes) this.elements.push(from, cursor.at);
      return true;
    }
    if (!this.watchesRest || !open) return cursor.skip(depth);
    if (this.format.strict) return this.failAt(from, 'the definition has no column for this element');
    cursor.unstorable = false;
    if (!cursor.skip(depth)) return false;
    this.rest.push({ prefix: node.prefix, key: Buffer.from(String(index)), from, to: cursor.at });
    return !cursor.unstorable || this.failAt(from, 'PostgreSQL cannot hold this as JSON');
  }

  /** The record that ends at `to`, without what was added to it. */
  private writeOwn(to: number): void {
    const json = Buffer.concat([opening, this.cursor.bytes.subarray(this.ownFrom, to)]);
    this.rows.raw(json, 0, json.length);
  }

  /** What no path reads, as one object; null if there is nothing. */
  private writeRest(): void {
    const { rows, rest } = this;
    if (rest.length === 0) {
      rows.null();
      return;
    }
    const { bytes } = this.cursor;
    const parts: Uint8Array[] = [];
    for (const { prefix, key, from, to } of rest)
      parts.push(
        Buffer.from(parts.length === 0 ? '{"' : ',"'),
        prefix,
        key,
        quoteColon,
        bytes.subarray(from, to),
      );
    const json = Buffer.concat([...parts, closing]);
    rows.reserve(json.length);
    rows.raw(json, 0, json.length);
  }
}

const quoteColon = Buffer.from('":');
const opening = Buffer.from('{');
const closing = Buffer.from('}');

/** The element that paths lead to or through; null if none does. */
function itemAt({ items }: PathNode, index: number): PathNode | null {
  for (let i = 0; i < items.length; i++) if (items[i].index === index) return items[i].node;
  return null;
}

function isKey(node: KeyNode, bytes: Uint8Array, from: number, to: number): boolean {
  const key = node.bytes;
  const length = to - from;
  if (key.length !== length) return false;
  for (let i = 0; i < length; i++) if (key[i] !== bytes[from + i]) return false;
  return true;
}

/** What paths lead through at a node. */
function expected(node: PathNode): string {
  const object = node.keys.length > 0 || (node.items.length === 0 && !node.explodes);
  return object ? 'an object' : 'an array';
}

function fieldsBelow(node: PathNode): number[] {
  return [
    ...node.fields,
    ...node.keys.flatMap((child) => fieldsBelow(child)),
    ...node.items.flatMap((item) => fieldsBelow(item.node)),
  ];
}
