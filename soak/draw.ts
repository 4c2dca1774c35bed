/** Random draws from a seed. The same seed and names give the same draws, whatever else is drawn. */
import { createHash } from 'node:crypto';
import { fillRandom, type RandomState, seedRandom } from '../datasets/random.ts';

export class Draw {
  private readonly path: string;
  private readonly state: RandomState;
  private readonly word = new Uint32Array(1);

  constructor(seed: number | string) {
    this.path = String(seed);
    this.state = seedRandom(createHash('sha256').update(this.path).digest().readUInt32LE());
  }

  /** A separate series of draws under a name, so that a change in one place does not affect others. */
  of(name: string | number): Draw {
    return new Draw(`${this.path}/${name}`);
  }

  /** A number from 0 up to, but not including, 1. */
  share(): number {
    fillRandom(this.state, this.word);
    return this.word[0] / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.share() < probability;
  }

  /** A whole number from `least` to `most`, inclusive. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  /** Like `whole`, but with every order of magnitude equally likely. */
  magnitude(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.share());
  }

  pick<T>(of: readonly T[]): T {
    return of[this.whole(0, of.length - 1)];
  }

  /** A key of `weights`, with a probability in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.share() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return entries[0][0];
  }
}
