/**
 * The kernel's arena with guards, in place of kernel/assembly/arena.ts: what lies between two blocks and
 * around them holds canaries, and every block begins as rubbish, so that nothing can rely on zeros.
 */

const free = memory.data(32 * 4, 16);
/** End of each block's bytes and of the guard after them. */
const blocks = memory.data(8 * 2048, 16);
let count: i32 = 0;

let base: usize = 0;
let top: usize = 0;

export const PADDING: usize = 64;
const CANARY: u8 = 0xa5;
const RUBBISH: u8 = 0xcb;
/** Guarded bytes behind the last block. */
const BEYOND: usize = 4096;

function round(bytes: usize): usize {
  return (bytes + 15) & ~15;
}

function ensure(end: usize): void {
  const pages = <i32>((end + PADDING + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
}

export function alloc(bytes: usize): usize {
  if (base === 0) {
    base = top = round(__heap_base) + PADDING;
    memory.fill(base - PADDING, CANARY, PADDING);
  }
  if (popcnt(<u32>bytes) === 1) {
    const list = free + ((<usize>ctz(<u32>bytes)) << 2);
    const block = load<u32>(list);
    if (block !== 0) {
      store<u32>(list, load<u32>(block));
      memory.fill(block, RUBBISH, bytes);
      return block;
    }
  }
  const block = top;
  top += round(bytes) + PADDING;
  ensure(top + BEYOND);
  memory.fill(block, RUBBISH, bytes);
  memory.fill(block + bytes, CANARY, top + BEYOND - block - bytes);
  if (count === 8192) unreachable();
  store<u32>(blocks + ((<usize>count) << 3), <u32>(block + bytes));
  store<u32>(blocks + ((<usize>count) << 3), <u32>top, 4);
  count++;
  return block;
}

export function release(block: usize, bytes: usize): void {
  if (block === 0 || bytes < 16 || popcnt(<u32>bytes) !== 1) return;
  const list = free + ((<usize>ctz(<u32>bytes)) << 2);
  memory.fill(block, RUBBISH, bytes);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32>block);
}

export function regrow(block: usize, oldBytes: usize, bytes: usize, used: usize): usize {
  const moved = alloc(bytes);
  memory.copy(moved, block, used);
  release(block, oldBytes);
  return moved;
}

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

export function powerOfTwo(bytes: usize): usize {
  return bytes <= 64 ? 64 : (<usize>1) << (32 - <usize>clz<u32>(<u32>bytes - 1));
}

export function headroom(_bytes: usize): void {}

export function keep(): void {
  base = top;
}

export function reset(): void {
  top = base;
  count = 0;
  memory.fill(free, 0, 32 * 4);
}

/** Address of the first guard byte that was written to, 0 where none was. */
export function brokenGuard(): usize {
  for (let i = 0; i < count; i++) {
    const end = <usize>load<u32>(blocks + ((<usize>i) << 3), 4);
    for (let p = <usize>load<u32>(blocks + ((<usize>i) << 3)); p < end; p++)
      if (load<u8>(p) !== CANARY) return p;
  }
  if (base === 0) return 0;
  const first = round(__heap_base);
  for (let p = first; p < first + PADDING; p++) if (load<u8>(p) !== CANARY) return p;
  for (let p = top; p < top + BEYOND; p++) if (load<u8>(p) !== CANARY) return p;
  return 0;
}
