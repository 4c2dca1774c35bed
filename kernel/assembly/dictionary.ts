/**
 * Texts to codes: an open-addressed hash table over the distinct texts of a column in a chunk.
 *
 * A slot takes only 8 bytes, because there may be as many texts as rows: a hash of the text and its code + 1
 * (0: empty). Texts are compared with the stored bytes. Codes are assigned in order of first appearance. The
 * slots are always the ones that inserting the codes in order gives, so that the last codes can be removed one
 * by one.
 */
import { alloc, powerOfTwo, regrow, release } from './arena';

@unmanaged
export class Dictionary {
  slots: usize;
  slotCount: u32;
  size: u32;
  /** size + 1 offsets into bytes. */
  offsets: usize;
  offsetCapacity: u32;
  bytes: usize;
  byteCapacity: u32;
}

@unmanaged
class Slot {
  hash: u32;
  code: u32;
}

const SLOT_BYTES: u32 = 8;
const FIRST_SLOTS: u32 = 256;

/** Masks of the first n bytes, n = 0…16: 16 bytes from address mask + 16 - n. */
const mask = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

export function newDictionary(): usize {
  const d = changetype<Dictionary>(alloc(offsetof<Dictionary>()));
  d.slotCount = FIRST_SLOTS;
  d.slots = alloc(<usize>(FIRST_SLOTS * SLOT_BYTES));
  memory.fill(d.slots, 0, <usize>(FIRST_SLOTS * SLOT_BYTES));
  d.size = 0;
  d.offsetCapacity = 1024;
  d.offsets = alloc(1024);
  store<u32>(d.offsets, 0);
  d.byteCapacity = 4096;
  d.bytes = alloc(4096);
  return changetype<usize>(d);
}

@inline
function mix(low: u64, high: u64, length: u32): u32 {
  let h = (low ^ (<u64>length << 56)) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 32) ^ high) * 0xd6e8feb86659fd93;
  return <u32>(h >> 32);
}

/** The bytes of a text of up to 16 bytes, padded with zeros. */
@inline
function shortText(p: usize, length: u32): v128 {
  return v128.and(v128.load(p), v128.load(mask + 16 - <usize>length));
}

@inline
function hashOfShort(text: v128, length: u32): u32 {
  return mix(<u64>i64x2.extract_lane(text, 0), <u64>i64x2.extract_lane(text, 1), length);
}

/** Hash of a text longer than 16 bytes. */
function hashOfLong(p: usize, length: u32): u32 {
  const end = p + <usize>length;
  let a: u64 = 0x9e3779b97f4a7c15 ^ <u64>length;
  let b: u64 = 0xc2b2ae3d27d4eb4f;
  while (p + 16 <= end) {
    a = rotl<u64>(a ^ load<u64>(p), 29) * 0x9fb21c651e98df25;
    b = rotl<u64>(b ^ load<u64>(p, 8), 31) * 0xd6e8feb86659fd93;
    p += 16;
  }
  // The last 16 bytes; some of them may be hashed twice.
  a = rotl<u64>(a ^ load<u64>(end - 16), 29) * 0x9fb21c651e98df25;
  b = rotl<u64>(b ^ load<u64>(end - 8), 31) * 0xd6e8feb86659fd93;
  return mix(a ^ (b >> 29), b ^ (a >> 31), length);
}

/** Code of the text, or -1 if it is new. */
@inline
export function find(d: Dictionary, p: usize, length: u32): i32 {
  if (length > 16) return findLong(d, p, length);
  const text = shortText(p, length);
  return probe(d, p, length, hashOfShort(text, length), text, true);
}

function findLong(d: Dictionary, p: usize, length: u32): i32 {
  return probe(d, p, length, hashOfLong(p, length), i64x2.splat(0), false);
}

/** Probes from the hash's slot on. `short`, a compile-time constant, says that `text` holds the whole text. */
@inline
function probe(d: Dictionary, p: usize, length: u32, hash: u32, text: v128, short: bool): i32 {
  const last = d.slotCount - 1;
  let i = hash & last;
  while (true) {
    const slot = changetype<Slot>(d.slots + <usize>(i * SLOT_BYTES));
    if (slot.code == 0) return -1;
    if (slot.hash == hash) {
      const entry = d.offsets + (<usize>(slot.code - 1) << 2);
      const start = load<u32>(entry);
      if (load<u32>(entry, 4) - start == length) {
        const known = d.bytes + <usize>start;
        const same = short
          ? !v128.any_true(v128.xor(text, shortText(known, length)))
          : memory.compare(known, p, <usize>length) == 0;
        if (same) return slot.code - 1;
      }
    }
    i = (i + 1) & last;
  }
}

/** Assigns a code to a new text. */
export function insert(d: Dictionary, p: usize, length: u32): i32 {
  if ((d.size + 1) * 2 > d.slotCount) growSlots(d);
  const code = d.size;
  const start = load<u32>(d.offsets + (<usize>code << 2));
  const end = start + length;
  if (end > d.byteCapacity) {
    const capacity = powerOfTwo(<usize>end);
    d.bytes = regrow(d.bytes, <usize>d.byteCapacity, capacity, <usize>start);
    d.byteCapacity = <u32>capacity;
  }
  if ((code + 2) << 2 > d.offsetCapacity) {
    const capacity = <usize>d.offsetCapacity << 1;
    d.offsets = regrow(d.offsets, <usize>d.offsetCapacity, capacity, (<usize>code + 1) << 2);
    d.offsetCapacity = <u32>capacity;
  }
  memory.copy(d.bytes + <usize>start, p, <usize>length);
  store<u32>(d.offsets + (<usize>code << 2), end, 4);
  d.size++;
  place(d, code);
  return <i32>code;
}

/** Hash of the text of a code. */
function hashOf(d: Dictionary, code: u32): u32 {
  const entry = d.offsets + (<usize>code << 2);
  const start = load<u32>(entry);
  const length = load<u32>(entry, 4) - start;
  const p = d.bytes + <usize>start;
  return length > 16 ? hashOfLong(p, length) : hashOfShort(shortText(p, length), length);
}

function place(d: Dictionary, code: u32): void {
  const hash = hashOf(d, code);
  const last = d.slotCount - 1;
  let i = hash & last;
  while (changetype<Slot>(d.slots + <usize>(i * SLOT_BYTES)).code != 0) i = (i + 1) & last;
  const slot = changetype<Slot>(d.slots + <usize>(i * SLOT_BYTES));
  slot.hash = hash;
  slot.code = code + 1;
}

function growSlots(d: Dictionary): void {
  const oldBytes = <usize>(d.slotCount * SLOT_BYTES);
  release(d.slots, oldBytes);
  d.slotCount <<= 1;
  d.slots = alloc(oldBytes << 1);
  memory.fill(d.slots, 0, oldBytes << 1);
  for (let code: u32 = 0; code < d.size; code++) place(d, code);
}

/** Removes the codes from `size` on, as if their texts had never been seen. */
export function truncate(d: Dictionary, size: u32): void {
  const last = d.slotCount - 1;
  while (d.size > size) {
    d.size--;
    let i = hashOf(d, d.size) & last;
    while (changetype<Slot>(d.slots + <usize>(i * SLOT_BYTES)).code != d.size + 1) i = (i + 1) & last;
    memory.fill(d.slots + <usize>(i * SLOT_BYTES), 0, <usize>SLOT_BYTES);
  }
}
