/**
 * Members that a chunk contains and its process does not know, as rows of binary COPY: the key (int8), the natural
 * key, the attributes. They wait for the end of the chunk, so that the server gets them in the order of its index.
 */
import { giveMemory, growMemory, takeMemory } from '../../lake/memory.ts';
import type { KeySet } from './key-set.ts';
import { sortedByKey } from './sort-keys.ts';
import { ARRAY_HEADER_BYTES, openArray } from './text-array.ts';

/** The number of members whose rows are read into the cache at a time: a few hundred KiB. */
const WARM_MEMBERS = 4096;

export class NewMembers {
  size = 0;
  /** The bytes of all rows. */
  bytes = 0;
  private rowMemory = takeMemory(1 << 16);
  private startMemory = takeMemory(1 << 12);
  private keyMemory = takeMemory(1 << 14);
  /** Three words per member: the low and high word of its key, and its check. */
  private words = new Int32Array(this.keyMemory);
  private noted = 0;

  /** Notes a member's key. `addRows` adds its row. */
  note(low: number, high: number, check: number): void {
    const at = this.noted++ * 3;
    if (at + 3 > this.words.length) {
      this.keyMemory = growMemory(this.keyMemory, at * 4, (at + 3) * 4);
      this.words = new Int32Array(this.keyMemory);
    }
    this.words[at] = low;
    this.words[at + 1] = high;
    this.words[at + 2] = check;
  }

  /** Takes the rows of all members noted since the last call, in order. */
  addRows(rows: Uint8Array): void {
    const end = this.bytes + rows.length;
    this.rowMemory = growMemory(this.rowMemory, this.bytes, end);
    new Uint8Array(this.rowMemory).set(rows, this.bytes);
    this.startMemory = growMemory(this.startMemory, (this.size + 1) * 4, (this.noted + 1) * 4);
    const starts = new Int32Array(this.startMemory);
    const view = new DataView(this.rowMemory, 0, end);
    while (this.bytes < end) {
      starts[this.size++] = this.bytes;
      const fields = view.getInt16(this.bytes);
      this.bytes += 2;
      for (let field = 0; field < fields; field++) this.bytes += fieldBytes(view, this.bytes);
    }
    starts[this.size] = end;
  }

  /** All members in the order of their keys, as PostgreSQL sorts them. */
  inOrder(): Int32Array {
    return sortedByKey(this.size, this.words);
  }

  /** True if both have the same key. */
  isSameKey(one: number, other: number): boolean {
    const { words } = this;
    return words[one * 3] === words[other * 3] && words[one * 3 + 1] === words[other * 3 + 1];
  }

  /** The member's natural key, in a form that a person may recognise. */
  naturalKey(member: number, fields: number): string {
    const view = new DataView(this.rowMemory);
    const texts: string[] = [];
    let at = new Int32Array(this.startMemory)[member] + 2 + 12;
    for (let field = 0; field < fields; field++) {
      const end = at + fieldBytes(view, at);
      texts.push(Buffer.from(this.rowMemory, at + 4, end - at - 4).toString());
      at = end;
    }
    return `(${texts.join(',')})`;
  }

  /** Adds all keys to the known ones. */
  tell(known: KeySet): void {
    const { words, size } = this;
    for (let member = 0; member < size; member++) {
      const at = member * 3;
      if (member % WARM_MEMBERS === 0) known.warm(words, at, Math.min(size, member + WARM_MEMBERS) * 3, 3);
      known.add(words[at], words[at + 1], words[at + 2]);
    }
  }

  /** The rows of the members, one after the other. */
  rows(members: Int32Array): Uint8Array {
    const starts = new Int32Array(this.startMemory);
    const all = new Uint8Array(this.rowMemory);
    let size = 0;
    for (const member of members) size += starts[member + 1] - starts[member];
    const rows = new Uint8Array(size);
    let end = 0;
    for (let i = 0; i < members.length; i++) {
      if (i % WARM_MEMBERS === 0) warm(all, starts, members, i);
      const member = members[i];
      for (let at = starts[member]; at < starts[member + 1]; at++) rows[end++] = all[at];
    }
    return rows;
  }

  /**
   * The first fields of the members' rows, each as an array in PostgreSQL's binary form, whose elements are written
   * like the fields of COPY. `types`: the server's OID of each field's type.
   */
  arrays(members: Int32Array, types: readonly number[]): Buffer[] {
    const starts = new Int32Array(this.startMemory);
    const all = new Uint8Array(this.rowMemory);
    const view = new DataView(this.rowMemory);
    const sizes = types.map(() => ARRAY_HEADER_BYTES);
    for (let i = 0; i < members.length; i++) {
      if (i % WARM_MEMBERS === 0) warm(all, starts, members, i);
      let at = starts[members[i]] + 2;
      for (let field = 0; field < types.length; field++) {
        const bytes = fieldBytes(view, at);
        sizes[field] += bytes;
        at += bytes;
      }
    }
    // The header may say that there are nulls when there are none.
    const arrays = types.map((type, field) =>
      openArray(sizes[field], { type, length: members.length, hasNulls: true }),
    );
    const ends = types.map(() => ARRAY_HEADER_BYTES);
    for (let i = 0; i < members.length; i++) {
      if (i % WARM_MEMBERS === 0) warm(all, starts, members, i);
      let at = starts[members[i]] + 2;
      for (let field = 0; field < types.length; field++) {
        const array = arrays[field];
        let to = ends[field];
        for (const end = at + fieldBytes(view, at); at < end; at++) array[to++] = all[at];
        ends[field] = to;
      }
    }
    return arrays;
  }

  /** Releases the memory. This object must not be used afterwards. */
  release(): void {
    for (const piece of [this.rowMemory, this.startMemory, this.keyMemory]) giveMemory(piece);
  }
}

/** Reads the rows of the next members, so that the cache misses overlap instead of following one another. */
function warm(all: Uint8Array, starts: Int32Array, members: Int32Array, from: number): number {
  const to = Math.min(members.length, from + WARM_MEMBERS);
  let sum = 0;
  for (let i = from; i < to; i++) sum += all[starts[members[i]]] + all[starts[members[i] + 1] - 1];
  return sum;
}

/** The bytes of the field that begins at `at`, including the word with its length (-1: null). */
function fieldBytes(view: DataView, at: number): number {
  return 4 + Math.max(0, view.getInt32(at));
}
