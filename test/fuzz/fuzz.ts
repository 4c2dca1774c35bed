/** Runs inputs by their seed and number, and makes a failing one small. */
import { Chance } from './random.ts';
import { type Input, shown, type Target } from './target.ts';
import { convertTarget } from './targets/convert.ts';
import { jsonTarget } from './targets/json.ts';
import { kernelTarget } from './targets/kernel.ts';
import { layoutTarget } from './targets/layout.ts';
import { planTarget } from './targets/plan.ts';

export const targets = [
  kernelTarget,
  planTarget,
  layoutTarget,
  convertTarget,
  jsonTarget,
] as unknown as readonly Target[];
const turns = targets.flatMap((target) => Array.from({ length: target.weight }, () => target));

export interface Failure {
  readonly number: number;
  readonly target: string;
  readonly message: string;
  /** What is left of the input, and what it was read with. */
  readonly input: string;
}

/** Checks the inputs of the seed from one number up to another. */
export async function failuresOf(seed: number, from: number, to: number): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let number = from; number < to; number++) {
    const failure = await runInput(seed, number);
    if (failure !== null) failures.push(failure);
  }
  return failures;
}

/** Checks input `number` of the seed. Null: all is well. */
export async function runInput(seed: number, number: number): Promise<Failure | null> {
  const chance = new Chance(seed, number);
  const target = chance.of(turns);
  const input = target.make(chance);
  const message = await faultOf(target, input);
  if (message === null) return null;
  const small = await minimise(target, input);
  return {
    ...{ number, target: target.name, message: (await faultOf(target, small)) ?? message },
    input: `${JSON.stringify(Buffer.from(small.bytes).toString('latin1'))} (latin-1)\n${shown(small.options)}`,
  };
}

async function faultOf(target: Target, input: Input): Promise<string | null> {
  try {
    await target.check(input);
    return null;
  } catch (error) {
    return error instanceof Error
      ? (error.stack ?? error.message).split('\n').slice(0, 4).join('\n')
      : String(error);
  }
}

/** Takes out ever smaller pieces of the bytes for as long as it fails. */
async function minimise(target: Target, input: Input): Promise<Input> {
  let small = input;
  let tries = 500;
  for (let size = small.bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < small.bytes.length && tries > 0; tries--) {
      const { bytes } = small;
      const shorter = { ...small, bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]) };
      if ((await faultOf(target, shorter)) !== null) small = shorter;
      else at += size;
    }
  }
  return small;
}
