/**
 * xxHash64 of texts: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
const PRIME4: u64 = 0x85ebca77c2b2ae63;
const PRIME5: u64 = 0x27d4eb2f165667c5;

@inline
function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME2, 31) * PRIME1;
}

@inline
function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME1 + PRIME4;
}

function xxHash64(p: usize, length: usize, seed: u64): u64 {
  const end = p + length;
  let hash = seed + PRIME5;
  if (length >= 32) {
    let a = seed + PRIME1 + PRIME2;
    let b = seed + PRIME2;
    let c = seed;
    let d = seed - PRIME1;
    for (; p + 32 <= end; p += 32) {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += <u64>length;
  for (; p + 8 <= end; p += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * PRIME1 + PRIME4;
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * PRIME1), 23) * PRIME2 + PRIME3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * PRIME5), 11) * PRIME1;
  hash = (hash ^ (hash >> 33)) * PRIME2;
  hash = (hash ^ (hash >> 29)) * PRIME3;
  return hash ^ (hash >> 32);
}

/**
 * Hashes `count` texts (text i: `bytes` from offset i to offset i + 1). Writes each hash with seed 0 to `hashes`, and
 * the low 32 bits of the hash with seed 1 to `checks`. No text has hash 0: it becomes 1.
 */
export function hashTexts(offsets: usize, bytes: usize, count: i32, hashes: usize, checks: usize): void {
  for (let i = 0; i < count; i++, offsets += 4, hashes += 8, checks += 4) {
    const start = load<u32>(offsets);
    const length = <usize>(load<u32>(offsets, 4) - start);
    const hash = xxHash64(bytes + <usize>start, length, 0);
    store<u64>(hashes, hash == 0 ? 1 : hash);
    store<u32>(checks, <u32>xxHash64(bytes + <usize>start, length, 1));
  }
}
