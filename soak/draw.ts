/** Draws from a seed: the same seed and the same names give the same draws, whatever else is drawn. */
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

  /** Draws of their own under a name, so that a change in one place moves nothing elsewhere. */
  of(name: string | number): Draw {
    return new Draw(`${this.path}/${name}`);
  }

  /** 0 up to 1, without 1. */
  share(): number {
    fillRandom(this.state, this.word);
    return this.word[0] / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.share() < probability;
  }

  /** A whole number from `least` to `most`, both of them possible. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  /** As `whole`, with every order of magnitude as likely as the next. */
  magnitude(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.share());
  }

  pick<T>(of: readonly T[]): T {
    return of[this.whole(0, of.length - 1)];
  }

  /** A key of `weights`, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.share() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return entries[0][0];
  }
}
