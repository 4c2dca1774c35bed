/** Choices by a seed: the same for the same seed and number of the input. */
import { fillRandom, seedRandom } from '../../datasets/random.ts';

export class Chance {
  private readonly words = new Uint32Array(64);
  private readonly state: Int32Array;
  private next = 64;

  constructor(seed: number, number: number) {
    this.state = seedRandom(seed * 2 ** 32 + number);
  }

  /** 0 to 2^32 − 1. */
  word(): number {
    if (this.next === this.words.length) {
      fillRandom(this.state, this.words);
      this.next = 0;
    }
    return this.words[this.next++];
  }

  /** 0 to end − 1. */
  below(end: number): number {
    return Math.floor((this.word() / 2 ** 32) * end);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.below(n) === 0;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** Up to `most` things. */
  list<T>(most: number, make: () => T, least = 0): T[] {
    return Array.from({ length: this.between(least, most) }, make);
  }
}
