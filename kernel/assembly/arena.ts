/**
 * The kernel's memory: a bump allocator that `reset` empties for the next chunk, with free lists for
 * blocks whose size is a power of two (the buffers that double). Nothing here is garbage-collected.
 */

/** Free blocks, by log2 of their size; each one's first word links to the next. */
const free = memory.data(32 * 4, 16);

let base: usize = 0;
let top: usize = 0;

/** Bytes that may be read past the end of every block, so that wide loads need no bounds checks. */
export const PADDING: usize = 64;

function round(bytes: usize): usize {
  return (bytes + 15) & ~15;
}

/** A block of at least `bytes` bytes, aligned to 16, not cleared, with readable bytes after its end. */
export function alloc(bytes: usize): usize {
  if (base == 0) base = top = round(__heap_base) + PADDING;
  if (popcnt(<u32>bytes) == 1) {
    const list = free + (<usize>ctz(<u32>bytes) << 2);
    const block = load<u32>(list);
    if (block != 0) {
      store<u32>(list, load<u32>(block));
      return block;
    }
  }
  const block = top;
  top += round(bytes) + PADDING;
  const pages = <i32>((top + PADDING + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return block;
}

/** Frees a block whose size is a power of two (others are kept until `reset`). */
export function release(block: usize, bytes: usize): void {
  if (block == 0 || bytes < 16 || popcnt(<u32>bytes) != 1) return;
  const list = free + (<usize>ctz(<u32>bytes) << 2);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32>block);
}

/** Moves a block to one of `bytes` bytes (a power of two), keeping its first `used` bytes. */
export function regrow(block: usize, oldBytes: usize, bytes: usize, used: usize): usize {
  const moved = alloc(bytes);
  memory.copy(moved, block, used);
  release(block, oldBytes);
  return moved;
}

/**
 * A block of at least `bytes` bytes. Its address and its size are the two words at `slot`, which are 0 at first; a block
 * that is too small is replaced, and what it held is lost.
 */
export function reserve(slot: usize, bytes: usize): usize {
  const block = load<usize>(slot);
  const size = load<usize>(slot, 4);
  if (bytes <= size) return block;
  release(block, size);
  const larger = powerOfTwo(bytes);
  const fresh = alloc(larger);
  store<usize>(slot, fresh);
  store<usize>(slot, larger, 4);
  return fresh;
}

/** The smallest power of two that is at least `bytes` (and at least 64). */
export function powerOfTwo(bytes: usize): usize {
  return bytes <= 64 ? 64 : <usize>1 << (32 - <usize>clz<u32>(<u32>bytes - 1));
}

/** Ensures that `bytes` more bytes can be allocated without growing memory. */
export function headroom(bytes: usize): void {
  const pages = <i32>((top + bytes + 0xffff) >>> 16) - memory.size();
  if (pages > 0) memory.grow(pages);
}

/** Makes everything allocated so far permanent. */
export function keep(): void {
  base = top;
}

/** Frees every block allocated since `keep`. */
export function reset(): void {
  top = base;
  memory.fill(free, 0, 32 * 4);
}
