/** Random numbers that a seed decides, for tests of random cases. */
export type Random = ReturnType<typeof randomFrom>;

/** Mulberry32. `next` gives numbers from 0 up to, but not including, 1; `below` whole ones below a bound. */
export function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return { next, below, pick: <T>(values: readonly T[]): T => values[below(values.length)] };
}
