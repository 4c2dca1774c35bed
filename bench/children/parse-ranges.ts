/** A process that parses a file of trips to typed columns in the kernel, adds them up, and ends. */

import trips from '../../datasets/trips/dataset.ts';
import type { Vector } from '../../kernel/columns/vectors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { answer, receiveTask } from '../processes/children.ts';
import { batchesOf } from '../stages/kernel-batches.ts';

export interface ParseAnswer {
  readonly rows: number;
  readonly epochSeconds: string;
  readonly letters: string;
  readonly degrees: readonly number[];
  /** The time without the start of the process. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function sumDoubles(values: Float64Array, rows: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += values[i];
  return sum;
}

/** Seconds since the epoch, computed from day and second without BigInt. */
function sumSeconds(days: Int32Array, seconds: Int32Array, rows: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += days[i] * 86_400 + seconds[i];
  return sum;
}

function sumLetters(codes: Int32Array, lengths: readonly number[], rows: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += lengths[codes[i]];
  return sum;
}

type Of<Kind extends Vector['kind']> = Extract<Vector, { kind: Kind }>;

const { path } = await receiveTask<{ path: string }>();
const dataset = compileDataset(trips);
const kernel = await createKernel();
const cpuBefore = process.cpuUsage();
const started = performance.now();
let rows = 0;
let letters = 0;
let epochSeconds = 0n;
const degrees = [0, 0, 0, 0];
for (const batch of batchesOf(kernel, dataset, path)) {
  const [region, origin, destination, time, datasource] = batch.vectors as unknown as readonly [
    Of<'dictionary'>,
    Of<'point'>,
    Of<'point'>,
    Of<'timestamp'>,
    Of<'dictionary'>,
  ];
  rows += batch.rows;
  for (const [index, values] of [origin.lon, origin.lat, destination.lon, destination.lat].entries()) {
    degrees[index] += sumDoubles(values, batch.rows);
  }
  epochSeconds += BigInt(sumSeconds(time.localDay, time.localSecond, batch.rows));
  for (const { values, dictionary } of [region, datasource]) {
    const lengths = Array.from({ length: dictionary.size }, (_, code) => dictionary.text(code).length);
    letters += sumLetters(values, lengths, batch.rows);
  }
}
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
await answer({
  rows,
  degrees,
  letters: String(letters),
  epochSeconds: String(epochSeconds),
  seconds,
  cpuSeconds: (user + system) / 1e6,
});
