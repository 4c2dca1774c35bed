/**
 * The natural keys and surrogate keys that this process knows, in bounded memory.
 *
 * There are two generations. New members are added to the young one. When it is full, it becomes the old one, and the
 * previous old one is discarded. A member found in the old one is copied to the young one, so what is in use stays. A
 * discarded member is looked up in the database again.
 */

/** Text members of a generation, and their bytes. Bound of a table: 2 × (4 MiB of slots + 8 MiB of texts). */
const TEXT_MEMBERS = 131_072;
const TEXT_BYTES = 8 << 20;

/** Integer members of a generation. Bound of a table: 2 × 524,288 × 2 slots × 8 B = 16 MB. */
const INT_MEMBERS = 524_288;

const FIRST_SLOTS_LOG2 = 10;

/** The result for a natural key that is not in the cache. Surrogate keys begin at 1; 0 is the unknown member. */
export const MISSING = -1;

export interface MemberCache<Key> {
  /** The surrogate key, or MISSING. */
  get(natural: Key): number;
  set(natural: Key, key: number): void;
}

/** One generation. */
interface Table<Key> {
  readonly full: boolean;
  /** The surrogate key, or 0. */
  get(natural: Key): number;
  set(natural: Key, key: number): void;
}

class Generations<Key> implements MemberCache<Key> {
  private readonly make: () => Table<Key>;
  private young: Table<Key>;
  private old: Table<Key>;

  constructor(make: () => Table<Key>) {
    this.make = make;
    this.young = make();
    this.old = make();
  }

  get(natural: Key): number {
    const key = this.young.get(natural);
    if (key !== 0) return key;
    const older = this.old.get(natural);
    if (older === 0) return MISSING;
    this.set(natural, older);
    return older;
  }

  set(natural: Key, key: number): void {
    if (this.young.full) {
      this.old = this.young;
      this.young = this.make();
    }
    this.young.set(natural, key);
  }
}

/** Members whose natural key is a text (or a composite key as text), by its UTF-8 bytes. */
export class TextMembers extends Generations<Uint8Array> {
  constructor(capacity = TEXT_MEMBERS) {
    super(() => new TextTable(capacity));
  }
}

/** Members whose natural key is a 32-bit whole number (or a day). */
export class IntMembers extends Generations<number> {
  constructor(capacity = INT_MEMBERS) {
    super(() => new IntTable(capacity));
  }
}

/** Open addressing with linear probing, at most half full. A slot whose key is 0 is empty. */
class TextTable implements Table<Uint8Array> {
  private readonly capacity: number;
  private size = 0;
  private shift = 32 - FIRST_SLOTS_LOG2;
  /** Four words per slot: the hash of the text, where it starts and ends in `bytes`, and the surrogate key. */
  private slots = new Int32Array(4 << FIRST_SLOTS_LOG2);
  private bytes = new Uint8Array(1 << 14);
  private used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get full(): boolean {
    return this.size >= this.capacity || this.used >= TEXT_BYTES;
  }

  get(natural: Uint8Array): number {
    return this.slots[this.slot(natural, hashOf(natural)) + 3];
  }

  set(natural: Uint8Array, key: number): void {
    if (this.size * 8 >= this.slots.length) this.grow();
    const hash = hashOf(natural);
    const slot = this.slot(natural, hash);
    if (this.slots[slot + 3] === 0) {
      this.slots[slot] = hash;
      this.slots[slot + 1] = this.used;
      this.slots[slot + 2] = this.keep(natural);
    }
    this.slots[slot + 3] = key;
  }

  /** Stores a copy of a new text. Returns where it ends. */
  private keep(natural: Uint8Array): number {
    const end = this.used + natural.length;
    if (end > this.bytes.length) {
      const longer = new Uint8Array(Math.max(end, this.bytes.length * 2));
      longer.set(this.bytes.subarray(0, this.used));
      this.bytes = longer;
    }
    this.bytes.set(natural, this.used);
    this.size++;
    this.used = end;
    return end;
  }

  /** The first word of the slot that has the text, or of the empty slot where it belongs. */
  private slot(natural: Uint8Array, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (Math.imul(hash, 0x9e3779b1) >>> this.shift) * 4;
    while (slots[slot + 3] !== 0 && !(slots[slot] === hash && this.holds(slot, natural))) {
      slot = (slot + 4) & mask;
    }
    return slot;
  }

  private holds(slot: number, natural: Uint8Array): boolean {
    const { bytes } = this;
    const start = this.slots[slot + 1];
    if (this.slots[slot + 2] - start !== natural.length) return false;
    for (let i = 0; i < natural.length; i++) if (bytes[start + i] !== natural[i]) return false;
    return true;
  }

  private grow(): void {
    const { slots } = this;
    const mask = slots.length * 2 - 1;
    this.shift--;
    this.slots = new Int32Array(slots.length * 2);
    for (let from = 0; from < slots.length; from += 4) {
      if (slots[from + 3] === 0) continue;
      let slot = (Math.imul(slots[from], 0x9e3779b1) >>> this.shift) * 4;
      while (this.slots[slot + 3] !== 0) slot = (slot + 4) & mask;
      for (let word = 0; word < 4; word++) this.slots[slot + word] = slots[from + word];
    }
  }
}

/** FNV-1a, 32 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text[i], 0x01000193);
  return hash | 0;
}

/** Open addressing with linear probing, at most half full. A key of 0 marks an empty slot. */
class IntTable implements Table<number> {
  private readonly capacity: number;
  private size = 0;
  private shift = 32 - FIRST_SLOTS_LOG2;
  private naturals = new Int32Array(1 << FIRST_SLOTS_LOG2);
  private keys = new Int32Array(1 << FIRST_SLOTS_LOG2);

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get full(): boolean {
    return this.size >= this.capacity;
  }

  get(natural: number): number {
    return this.keys[this.slot(natural)];
  }

  set(natural: number, key: number): void {
    if (this.size * 2 >= this.keys.length) this.grow();
    const slot = this.slot(natural);
    if (this.keys[slot] === 0) this.size++;
    this.naturals[slot] = natural;
    this.keys[slot] = key;
  }

  /** The place of the natural key, or of the empty slot where it belongs. Multiplicative hashing by 2³²/φ. */
  private slot(natural: number): number {
    const { naturals, keys } = this;
    const mask = keys.length - 1;
    let slot = Math.imul(natural, 0x9e3779b1) >>> this.shift;
    while (keys[slot] !== 0 && naturals[slot] !== natural) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { naturals, keys } = this;
    this.shift--;
    this.naturals = new Int32Array(keys.length * 2);
    this.keys = new Int32Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 0) continue;
      const slot = this.slot(naturals[i]);
      this.naturals[slot] = naturals[i];
      this.keys[slot] = keys[i];
    }
  }
}
