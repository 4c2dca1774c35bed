/** How well the time left is told: on real loads that were recorded, and on simulated ones, whose end is known. */
import { expect, it } from 'vitest';
import { ProgressModel } from '../../../coordinator/progress/state.ts';
import { EndTimes, Pace } from '../../../coordinator/progress/time-left.ts';
import { windowMs } from '../../../coordinator/progress/window.ts';
import type { SlotProgress } from '../../../platform/progress/progress.ts';
import { fileOf } from '../../dashboard/scripted.ts';
import { randomFrom } from '../../support/random.ts';
import { play, type Recording, recordings } from './recorded.ts';
import { commitOf, tickOf } from './support.ts';

const tickMs = 500;
const chunkBytes = 32 * 1024 * 1024;
/** 10,000,000 trips. */
const bytes = 1_290_000_000;
const chunks = Math.ceil(bytes / chunkBytes);

const trips = recordings();
const noEnd = { msPerByte: 0, share: 0 };

interface Told {
  readonly at: number;
  readonly share: number;
  readonly etaSeconds: number | null;
}

/**
 * Loads a file with four slots. Chunks differ in time by 15 %, wait at their end for their commit, which takes
 * 5 to 20 % of it, and the server stalls for a checkpoint now and then. Returns what was told, and when the last chunk was
 * done, in ms: an eighth of the load after its last commit.
 */
function load(seed: number, slots = 4, chunkMs = 6000): { told: Told[]; endedAt: number } {
  const random = randomFrom(seed);
  // Of the time of a chunk.
  const commitShare = 0.05 + random.next() * 0.15;
  const model = new ProgressModel();
  const running: { number: number; begun: number; ms: number }[] = [];
  let [next, committed, at] = [0, 0, 0];
  const told: Told[] = [];
  const file = () => ({
    ...({ fileId: 1, state: 'loading', bytes, chunks } as const),
    ...{ chunksCommitted: committed, bytesCommitted: Math.min(bytes, committed * chunkBytes) },
    rows: { parsed: committed * 250_000, loaded: committed * 250_000, rejected: 0, deduplicated: 0 },
  });
  model.applyLedger([fileOf(file())]);
  for (; committed < chunks; at += tickMs) {
    for (const done of running.filter(({ begun, ms }) => at >= begun + ms)) {
      running.splice(running.indexOf(done), 1);
      committed++;
      model.applyLedger([fileOf(file())], [], [commitOf(done.number)], at);
    }
    while (running.length < slots && next < chunks)
      running.push({ number: next++, begun: at, ms: chunkMs * (0.85 + random.next() * 0.3) });
    // A checkpoint: everything takes a second longer.
    if (random.below(60) === 0) for (const chunk of running) chunk.ms += 1000;
    const slotOf = ({ number, begun, ms }: (typeof running)[number]): SlotProgress => {
      const read = Math.min(1, (at - begun) / (ms * (1 - commitShare)));
      const bytesRead = Math.round(read * chunkBytes);
      const step = read < 1 ? 'loading' : 'committing';
      return {
        fileId: 1,
        chunkNumber: number,
        step,
        bytesRead,
        bytes: chunkBytes,
        rows: Math.round(read * 250_000),
      };
    };
    model.applyTick(tickOf({ workerId: 'w', slots: running.map(slotOf) }));
    model.settle(at);
    const [{ bytesSeen, etaSeconds }] = model.state().files;
    told.push({ at, share: bytesSeen / bytes, etaSeconds });
  }
  return { told, endedAt: at * (1 + 1 / 8) };
}

/** By how much what was told differs from what was left, as a share of that. */
function errors(seed: number): number[] {
  const { told, endedAt } = load(seed);
  // At the very end there is so little left that a commit more or less is a fifth of it.
  const judged = told.filter(({ share }) => share >= 0.1 && share <= 0.8);
  return judged.map(({ at, etaSeconds }) => {
    const left = (endedAt - at) / 1000;
    return Math.abs((etaSeconds ?? 0) - left) / left;
  });
}

/** Of a recorded load, after another one: by how much what was told differs from what was left, as a share of that. */
function recordedErrors(one: Recording, before: Recording | null): number[] {
  return play(one, before)
    .filter(({ share }) => share >= 0.1)
    .map(
      ({ at, etaSeconds }) => Math.abs(etaSeconds - (one.doneAt - at) / 1000) / ((one.doneAt - at) / 1000),
    );
}

const shareWithin = (errors: readonly number[], most: number) =>
  errors.filter((error) => error <= most).length / errors.length;

it('of real loads of 10,000,000 rows, the time left is right within a fifth from the first tenth of the bytes on', () => {
  const alone = trips.filter(({ name }) => name.startsWith('alone'));
  const busy = trips.filter(({ name }) => name.startsWith('busy'));
  expect([alone.length, busy.length]).toEqual([3, 3]);
  const errorsOf = (some: readonly Recording[]) =>
    some.flatMap((one) =>
      [null, ...alone.filter((other) => other !== one)].flatMap((before) => recordedErrors(one, before)),
    );
  expect(errorsOf(alone).length).toBeGreaterThan(300);
  expect(shareWithin(errorsOf(alone), 0.2)).toBeGreaterThan(0.95);
  expect(Math.max(...errorsOf(alone))).toBeLessThan(0.31);
  // Other programs came and went.
  expect(shareWithin(errorsOf(busy), 0.2)).toBeGreaterThan(0.88);
  expect(Math.max(...errorsOf(busy))).toBeLessThan(0.42);
});

it('a file whose like took long to end is told to take longer', () => {
  const [one, other] = trips;
  const told = play(one, { ...other, span: { ...other.span, endMs: other.span.loadMs } });
  const usual = play(one, null);
  expect(told.map(({ etaSeconds }, i) => etaSeconds > usual[i].etaSeconds + 5)).toEqual(told.map(() => true));
});

it('of a real load that others slow down by half on its way, it is told again', () => {
  const [slowed] = trips.filter(({ name }) => name === 'slowed');
  expect(Math.max(...recordedErrors(slowed, null))).toBeLessThan(0.45);
});

it('of simulated loads, it is right within a fifth from the first tenth of the bytes on', () => {
  const all = Array.from({ length: 30 }, (_, seed) => errors(seed)).flat();
  expect(all.length).toBeGreaterThan(2000);
  // A checkpoint soon after the first tenth is nothing that anybody can know.
  expect(shareWithin(all, 0.2)).toBeGreaterThan(0.95);
  expect(Math.max(...all)).toBeLessThan(0.37);
});

it('the time in which workers begin is not part of the pace', () => {
  const pace = new Pace();
  for (const at of [0, 2000, 4000]) pace.add(at, 0);
  expect(pace.left(4000, 0, 1000, noEnd)).toBeNull();
  pace.add(5000, 0.1);
  pace.add(7000, 200);
  expect(pace.left(7000, 200, 1000, noEnd)).toBe(8);
});

it('the end of a file takes as long as that of a file like it, or an eighth or so', () => {
  const ends = new EndTimes();
  const file = (bytes: number, state: 'done' | 'failed' = 'done', count = 4) =>
    fileOf({ fileId: bytes, dataset: 'trips', bytes, state, chunks: count });
  const landed = [file(100), file(200), file(300, 'failed'), file(400, 'done', 3)];
  expect(EndTimes.telling(landed)).toEqual([landed[1]]);
  ends.learn([file(1000)], [{ fileId: 1000, loadMs: 10_000, endMs: 4000 }]);
  expect(ends.of(file(4000))).toEqual({ msPerByte: 4, share: 0.4 });
  expect([ends.of(file(4001)), ends.of(file(249)), ends.of({ dataset: 'rides', bytes: 1000 })]).toEqual([
    null,
    null,
    null,
  ]);
  // It waited for something.
  ends.learn([file(1000)], [{ fileId: 1000, loadMs: 10_000, endMs: 10_001 }]);
  expect(ends.of(file(1000))?.share).toBe(0.4);
  const pace = new Pace();
  for (const at of [0, 1, 5000]) pace.add(at, at);
  expect(pace.left(5000, 5000, 10_000, null)).toBe(6.2);
  // 4 seconds by its bytes, 4 by the time that the load takes.
  expect(pace.left(5000, 5000, 10_000, { msPerByte: 0.4, share: 0.4 })).toBe(9);
  expect(pace.left(5000, 5000, 10_000, { msPerByte: 0.4, share: 0.2 })).toBe(8);
});

it('follows a load that becomes slower', () => {
  const pace = new Pace();
  let seen = 0;
  for (let second = 0; second < 100; second++) pace.add(second * 1000, (seen += second < 50 ? 100 : 10));
  expect(pace.left(100_000, seen, seen + 100, noEnd)).toBeCloseTo(10, 0);
});

it('holds few samples, however long a load takes', () => {
  const pace = new Pace();
  for (let at = 0; at < 24 * 3_600_000; at += windowMs) pace.add(at, at);
  expect((pace as unknown as { samples: unknown[] }).samples.length).toBeLessThanOrEqual(128);
  expect(pace.left(24 * 3_600_000, 24 * 3_600_000, 25 * 3_600_000, noEnd)).toBeCloseTo(3600, -1);
});
