/**
 * Known hashed keys, in bounded memory. Each is stored with a check of 32 bits, an independent hash of the same text.
 * So a text that shares the key of another one is taken for known only if the checks are equal too.
 *
 * There are two generations. Keys are added to the young one. When it is full, it becomes the old one, and the
 * previous old one is discarded. A key found in the old one is copied to the young one, so what is in use stays.
 */

const FIRST_SLOTS_LOG2 = 10;

export class KeySet {
  private readonly capacity: number;
  private young = new Generation();
  private old = new Generation();

  /** Bound for 6,000,000 keys: two generations of 4,194,304 slots, 96 MiB. */
  constructor(keys: number) {
    this.capacity = Math.ceil(keys / 2);
  }

  /** `low`, `high`: the words of the key. At least one is not 0. */
  has(low: number, high: number, check: number): boolean {
    if (this.young.has(low, high, check)) return true;
    if (!this.old.has(low, high, check)) return false;
    this.add(low, high, check);
    return true;
  }

  /**
   * Prefetches what looking up the keys will read. The low words are every `stride`-th word of `words`, beginning at
   * `from`. These reads wait for memory together, while those of `has` wait one after another. It takes a third of
   * the time.
   */
  warm(words: Int32Array, from: number, to: number, stride: number): number {
    return this.young.warm(words, from, to, stride) + this.old.warm(words, from, to, stride);
  }

  add(low: number, high: number, check: number): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Generation();
    }
    this.young.add(low, high, check);
  }
}

/** Open addressing with linear probing, at most three quarters full. The key 0 marks an empty slot. */
class Generation {
  size = 0;
  private shift = 32 - FIRST_SLOTS_LOG2;
  /** Three words a slot: low and high word of the key, check. */
  private slots = new Int32Array(3 << FIRST_SLOTS_LOG2);

  has(low: number, high: number, check: number): boolean {
    return !this.isEmpty(this.slot(low, high, check));
  }

  add(low: number, high: number, check: number): void {
    if (this.size * 4 >= this.slots.length) this.grow();
    const slot = this.slot(low, high, check);
    if (this.isEmpty(slot)) this.size++;
    this.slots[slot] = low;
    this.slots[slot + 1] = high;
    this.slots[slot + 2] = check;
  }

  warm(words: Int32Array, from: number, to: number, stride: number): number {
    const { slots, shift } = this;
    let sum = 0;
    for (let at = from; at < to; at += stride) sum = (sum + slots[(words[at] >>> shift) * 3]) | 0;
    return sum;
  }

  private isEmpty(slot: number): boolean {
    return (this.slots[slot] | this.slots[slot + 1]) === 0;
  }

  /** The first word of the slot that has the key, or of the empty slot where it belongs. */
  private slot(low: number, high: number, check: number): number {
    const { slots } = this;
    // The low word is as good as random, so its first bits are the place. The first bits of the high word are not
    // used: where keys arrive in order, a table that grows meanwhile would put all of them in one corner.
    let slot = (low >>> this.shift) * 3;
    while (slots[slot] !== low || slots[slot + 1] !== high || slots[slot + 2] !== check) {
      if ((slots[slot] | slots[slot + 1]) === 0) return slot;
      slot += 3;
      if (slot === slots.length) slot = 0;
    }
    return slot;
  }

  private grow(): void {
    const { slots } = this;
    this.shift--;
    this.slots = new Int32Array(slots.length * 2);
    for (let from = 0; from < slots.length; from += 3) {
      if ((slots[from] | slots[from + 1]) === 0) continue;
      const slot = this.slot(slots[from], slots[from + 1], slots[from + 2]);
      for (let word = 0; word < 3; word++) this.slots[slot + word] = slots[from + word];
    }
  }
}
