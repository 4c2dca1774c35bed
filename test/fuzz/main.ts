/**
 * `npm run fuzz -- --inputs 1000000 --seed 1`: mutated bytes through the kernel, the planner, the layout, the
 * converters and the reader of JSON, each compared with the slow oracle. One thread works, this one watches: an input that
 * takes more than half a minute is a hang.
 */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Failure, runInput } from './fuzz.ts';
import { guardKernels } from './guarded.ts';

const hangMs = 30_000;

interface Run {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** The number of the input in work, for the watch. */
  readonly at: Int32Array;
}

if (isMainThread) watch();
else work(workerData as Run);

async function work({ seed, from, to, at }: Run): Promise<void> {
  await guardKernels();
  for (let number = from; number < to; number++) {
    Atomics.store(at, 0, number);
    const failure = await runInput(seed, number);
    if (failure !== null) parentPort!.postMessage(failure);
  }
  Atomics.store(at, 0, to);
}

async function watch(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
    },
  });
  const [seed, from] = [Number(values.seed), Number(values.from)];
  const run: Run = {
    seed,
    from,
    to: from + Number(values.inputs),
    at: new Int32Array(new SharedArrayBuffer(4)),
  };
  Atomics.store(run.at, 0, from);
  const repeat = (number: number) => `npm run fuzz -- --seed ${seed} --from ${number} --inputs 1`;
  await guardKernels();
  const started = Date.now();
  const failures: Failure[] = [];
  const worker = new Worker(new URL(import.meta.url), { workerData: run });
  worker.on('message', (failure: Failure) => {
    failures.push(failure);
    const { target, number, message, input } = failure;
    console.error(`\n${target}, input ${number}: ${message}\n${input}\n  ${repeat(number)}`);
    if (failures.length === 20) process.exit(1);
  });
  worker.on('error', (error) => {
    console.error(
      `input ${Atomics.load(run.at, 0)} ended the thread:`,
      error,
      `\n  ${repeat(Atomics.load(run.at, 0))}`,
    );
    process.exit(1);
  });
  let [last, since] = [-1, Date.now()];
  const timer = setInterval(() => {
    const at = Atomics.load(run.at, 0);
    if (at !== last) [last, since] = [at, Date.now()];
    else if (Date.now() - since > hangMs && at < run.to) {
      console.error(`input ${at} hangs\n  ${repeat(at)}`);
      process.exit(1);
    }
    if (!process.stderr.isTTY) return;
    process.stderr.write(
      `\r${at - from} inputs, ${failures.length} failures, ${Math.round((Date.now() - started) / 1000)} s`,
    );
  }, 500);
  worker.on('exit', () => {
    clearInterval(timer);
    const seconds = (Date.now() - started) / 1000;
    console.error(
      `${process.stderr.isTTY ? '\r' : ''}${run.to - from} inputs, ${failures.length} failures, ${seconds.toFixed(1)} s`,
    );
    process.exitCode = failures.length > 0 ? 1 : 0;
  });
}
