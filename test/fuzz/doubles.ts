/**
 * `npm run doubles -- --texts 5000000 --seed 1`: the kernel's doubles beside JavaScript's Number, bit for
 * bit: any bits in several lengths, halfway points between doubles and their neighbours in full length,
 * subnormals, coordinates, digits and exponents of any size.
 */
import { parseArgs } from 'node:util';
import type { Vector } from '../../kernel/columns/vectors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { column, planOf } from '../kernel/read.ts';
import { Chance } from './random.ts';

const view = new DataView(new ArrayBuffer(8));

function doubleOf(high: number, low: number): number {
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

function bitsOf(double: number): bigint {
  view.setFloat64(0, double);
  return view.getBigUint64(0);
}

/** The exact decimal text of (2m + 1) × 2^(e − 1): halfway between the doubles m × 2^e and (m + 1) × 2^e. */
function halfway(mantissa: bigint, exponent: number): string {
  const odd = 2n * mantissa + 1n;
  const power = exponent - 1;
  if (power >= 0) return `${odd << BigInt(power)}`;
  const digits = `${odd * 5n ** BigInt(-power)}`.padStart(1 - power, '0');
  return `${digits.slice(0, power)}.${digits.slice(power)}`;
}

function digits(chance: Chance, count: number): string {
  let text = '';
  while (text.length < count) text += String(chance.word()).padStart(10, '0').slice(1);
  return text.slice(0, count);
}

/** One kind of text for each turn. */
const kinds: readonly ((chance: Chance) => string)[] = [
  (chance) => String(doubleOf(chance.word(), chance.word())),
  (chance) => doubleOf(chance.word(), chance.word()).toPrecision(17),
  (chance) => doubleOf(chance.word(), chance.word()).toPrecision(chance.between(15, 30)),
  // Near 1: what most files hold, with 1 to 3 digits before the point and any number after it.
  (chance) => `${chance.of(['', '-'])}${chance.below(1000)}.${digits(chance, chance.between(1, 24))}`,
  (chance) => ((chance.word() / 2 ** 32 - 0.5) * 360).toString(),
  (chance) => `${digits(chance, chance.between(1, 40))}.${digits(chance, chance.between(0, 40))}`,
  (chance) => `${digits(chance, chance.between(1, 25))}e${chance.between(-345, 310)}`,
  (chance) => `.${'0'.repeat(chance.between(0, 330))}${digits(chance, chance.between(1, 22))}`,
  // Subnormals.
  (chance) =>
    doubleOf(chance.word() >>> chance.between(12, 31), chance.word()).toPrecision(chance.of([17, 20, 3])),
  (chance) => {
    const text = halfway(
      (1n << 52n) | (BigInt(chance.word()) << 20n) | BigInt(chance.word() >>> 12),
      chance.between(-60, 60),
    );
    return nudged(chance, text);
  },
  (chance) => nudged(chance, halfway(BigInt(chance.word()) << BigInt(chance.below(21)), -1074)),
  (chance) => {
    const text = halfway(
      (1n << 52n) | (BigInt(chance.word()) << 20n) | BigInt(chance.word() >>> 12),
      chance.between(-1074, 970),
    );
    return chance.once(8) ? nudged(chance, text) : nudged(chance, text.slice(0, 400));
  },
  // Cut off where the nearest is still to be told apart.
  (chance) =>
    halfway((1n << 52n) | BigInt(chance.word()), chance.between(-40, 40)).slice(0, chance.between(17, 40)),
];

/** As it is, a little more or a little less. */
function nudged(chance: Chance, text: string): string {
  const point = text.includes('.') ? '' : '.';
  if (chance.once(3)) return text;
  if (chance.once(2)) return `${text}${point}${'0'.repeat(chance.below(5))}1`;
  const last = Number(text.at(-1));
  return last === 0 ? text : `${text.slice(0, -1)}${last - 1}${point}${'9'.repeat(chance.below(5))}`;
}

const { values } = parseArgs({
  options: { texts: { type: 'string', default: '5000000' }, seed: { type: 'string', default: '1' } },
});
const [wanted, seed] = [Number(values.texts), Number(values.seed)];
const kernel = await createKernel();
const plan = planOf([column({ kind: 'float64' })]);
let checked = 0;
let wrong = 0;

function check(texts: readonly string[]): void {
  kernel.begin(plan, { byteStart: 0, skipBytes: 0 });
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  let row = 0;
  for (let at = 0; at < bytes.length; ) {
    const space = kernel.inputSpace();
    const piece = bytes.subarray(at, at + space.length);
    space.set(piece);
    at += piece.length;
    kernel.filled(piece.length, at === bytes.length);
    for (let batch = kernel.next(); batch !== null; batch = kernel.next()) {
      if (batch.rejects.length > 0) throw new Error(`${batch.rejects[0].raw} is turned away`);
      const vector = batch.vectors[0] as Extract<Vector, { kind: 'float64' }>;
      for (let i = 0; i < batch.rows; i++, row++) {
        if (bitsOf(vector.values[i]) === bitsOf(Number(texts[row]))) continue;
        wrong++;
        console.error(`${texts[row]} is read as ${vector.values[i]}, not as ${Number(texts[row])}`);
      }
    }
  }
  checked += row;
}

for (let number = 0; checked < wanted; number++) {
  const chance = new Chance(seed, number);
  const texts: string[] = [];
  while (texts.length < 20_000) {
    const text = kinds[texts.length % kinds.length](chance);
    if (Number.isFinite(Number(text))) texts.push(text);
    else texts.push('0');
  }
  check(texts);
}
console.log(`${checked} texts, ${wrong} of them not the double that Number gives`);
process.exitCode = wrong > 0 ? 1 : 0;
