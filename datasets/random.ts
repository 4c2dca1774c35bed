/**
 * Seeded pseudo-random words for the generators: sfc32 (Chris Doty-Humphrey, PractRand). It passes the usual test
 * suites and only needs 32-bit arithmetic, so the same seed gives the same words on every machine.
 */

/** Four 32-bit words of sfc32 state. */
export type RandomState = Int32Array;

/** The state for a seed, which may be any finite number. The first words are discarded, as sfc32 requires. */
export function seedRandom(seed: number): RandomState {
  const bits = new Int32Array(new Float64Array([seed]).buffer);
  const state = new Int32Array([bits[0], bits[1], 0x9e3779b9 | 0, 1]);
  fillRandom(state, new Uint32Array(16));
  return state;
}

/** Fills `words` with the next pseudo-random 32-bit words and advances the state. */
export function fillRandom(state: RandomState, words: Uint32Array): void {
  let [a, b, c, counter] = state;
  for (let i = 0; i < words.length; i++) {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + word;
    c |= 0;
    words[i] = word;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = counter;
}

/**
 * A table of `size` entries, in which the share of entries i is about weights[i] / sum(weights). A look-up with a
 * random index therefore draws from that distribution.
 */
export function drawTable(weights: readonly number[], size: number): Uint16Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new Uint16Array(size);
  let upTo = 0;
  let filled = 0;
  weights.forEach((weight, index) => {
    upTo += weight;
    const end = index === weights.length - 1 ? size : Math.round((upTo / total) * size);
    table.fill(index, filled, end);
    filled = end;
  });
  return table;
}

/** Draws whole numbers from 0 up to below `below`. */
export type Draw = (below: number) => number;

/** Draws for one thing of a generator, such as an order: the same seed and key give the same ones, in any order of things. */
export function drawsOf(seed: number, key: number): Draw {
  const state = seedRandom(seed + key * Math.PI);
  const words = new Uint32Array(8);
  let at = words.length;
  return (below) => {
    if (at === words.length) {
      fillRandom(state, words);
      at = 0;
    }
    return words[at++] % below;
  };
}
