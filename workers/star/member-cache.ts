/**
 * Natural key → surrogate key, as far as this process knows, in bounded memory.
 *
 * Two generations: new members go into the young one; when it is full it becomes the old one and the
 * old one is forgotten. A member found in the old one is brought into the young one, so what is in
 * use stays. What was forgotten is looked up in the database again.
 */

/** Text members a generation; bound of a table: 2 × 65,536 × about 150 B = 20 MB. */
const TEXT_MEMBERS = 65_536;

/** Integer members a generation; bound of a table: 2 × 524,288 × 2 slots × 8 B = 16 MB. */
const INT_MEMBERS = 524_288;

/** Answer for a natural key that is not in the cache. Surrogate keys are 1 and more; 0 is the unknown member. */
export const MISSING = -1;

export interface MemberCache<Key> {
  /** The surrogate key, or MISSING. */
  get(natural: Key): number;
  set(natural: Key, key: number): void;
}

/** Members with a text (or a joined composite) as their natural key. */
export class TextMembers implements MemberCache<string> {
  private readonly capacity: number;
  private young = new Map<string, number>();
  private old = new Map<string, number>();

  constructor(capacity = TEXT_MEMBERS) {
    this.capacity = capacity;
  }

  get(natural: string): number {
    const key = this.young.get(natural);
    if (key !== undefined) return key;
    const older = this.old.get(natural);
    if (older === undefined) return MISSING;
    this.set(natural, older);
    return older;
  }

  set(natural: string, key: number): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(natural, key);
  }
}

/** Members with a 32-bit whole number (or a day) as their natural key. */
export class IntMembers implements MemberCache<number> {
  private readonly capacity: number;
  private young = new IntTable();
  private old = new IntTable();

  constructor(capacity = INT_MEMBERS) {
    this.capacity = capacity;
  }

  get(natural: number): number {
    const key = this.young.get(natural);
    if (key !== 0) return key;
    const older = this.old.get(natural);
    if (older === 0) return MISSING;
    this.set(natural, older);
    return older;
  }

  set(natural: number, key: number): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new IntTable();
    }
    this.young.set(natural, key);
  }
}

/** Open addressing with linear probing, at most half full. A key of 0 marks an empty slot. */
class IntTable {
  size = 0;
  private shift = 32 - 10;
  private naturals = new Int32Array(1 << 10);
  private keys = new Int32Array(1 << 10);

  /** The surrogate key, or 0. */
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

  /** Where the natural key is, or the empty slot where it would be. Multiplicative hashing by 2³²/φ. */
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
