/** How people type: one value in many spellings. Cleaning gives the value back. */
import { fillRandom, type RandomState, seedRandom } from '../../random.ts';

/** Whole numbers drawn one after another. The same seed gives the same numbers on every machine. */
export class Draw {
  private readonly state: RandomState;
  private readonly words = new Uint32Array(256);
  private next = 256;

  constructor(seed: number) {
    this.state = seedRandom(seed);
  }

  /** From 0 to `n` - 1. */
  below(n: number): number {
    if (this.next === this.words.length) {
      fillRandom(this.state, this.words);
      this.next = 0;
    }
    return this.words[this.next++] % n;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A day as four clients write it. */
export function spelledDay(draw: Draw, day: string): string {
  const [year, month, date] = day.split('-');
  const spelled = [
    day,
    day,
    `${date}.${month}.${year}`,
    `${months[Number(month) - 1]} ${Number(date)}, ${year}`,
    `${year}/${month}/${date}`,
  ];
  return ends(draw, draw.of(spelled));
}

/** An amount in cents: 1234.50, $1,234.50, USD 1234.50. */
export function spelledMoney(draw: Draw, cents: number): string {
  const whole = String(Math.floor(cents / 100));
  const fraction = String(cents % 100).padStart(2, '0');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return ends(
    draw,
    draw.of([
      `${whole}.${fraction}`,
      `${whole}.${fraction}`,
      `$${grouped}.${fraction}`,
      `USD ${whole}.${fraction}`,
    ]),
  );
}

/** A text in other capitals, now and then. */
export function spelledWord(draw: Draw, word: string): string {
  const n = draw.below(8);
  return blanks(draw, n === 0 ? word.toUpperCase() : n === 1 ? word[0].toUpperCase() + word.slice(1) : word);
}

/** A text with blanks that nobody meant, now and then. */
export function blanks(draw: Draw, text: string): string {
  return draw.below(16) === 0 ? text.replace(' ', '  ') : ends(draw, text);
}

/** Blanks before and after, now and then. */
function ends(draw: Draw, text: string): string {
  const n = draw.below(16);
  if (n === 0) return `${text} `;
  return n === 1 ? ` ${text}  ` : text;
}
