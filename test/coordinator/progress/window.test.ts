/** How well the time left is told, on simulated loads whose end is known. */
import { expect, it } from 'vitest';
import { ProgressModel } from '../../../coordinator/progress/state.ts';
import { Pace, windowMs } from '../../../coordinator/progress/window.ts';
import type { SlotProgress } from '../../../platform/progress/progress.ts';
import { fileOf } from '../../dashboard/scripted.ts';
import { randomFrom } from '../../support/random.ts';
import { commitOf, tickOf } from './support.ts';

const tickMs = 500;
const chunkBytes = 32 * 1024 * 1024;
/** 10,000,000 trips. */
const bytes = 1_290_000_000;
const chunks = Math.ceil(bytes / chunkBytes);

interface Told {
  readonly at: number;
  readonly share: number;
  readonly etaSeconds: number | null;
}

/**
 * Loads a file with four slots. Chunks differ in time by 15 %, wait at their end for their commit, which takes
 * 5 to 20 % of it, and the server stalls for a checkpoint now and then. Returns what was told, and when the last chunk was
 * committed, in ms.
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
  return { told, endedAt: at };
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

it('the time left is right within a fifth from the first tenth of the bytes on', () => {
  const all = Array.from({ length: 30 }, (_, seed) => errors(seed)).flat();
  expect(all.length).toBeGreaterThan(2000);
  const wrong = all.filter((error) => error > 0.2);
  // A checkpoint soon after the first tenth is nothing that anybody can know.
  expect(wrong.length / all.length).toBeLessThan(0.02);
  expect(Math.max(...all)).toBeLessThan(0.35);
});

it('follows a load that becomes slower', () => {
  const pace = new Pace();
  let seen = 0;
  for (let second = 0; second < 100; second++) pace.add(second * 1000, (seen += second < 50 ? 100 : 10));
  expect(pace.left(100_000, seen, seen + 100)).toBeCloseTo(10, 0);
});

it('holds few samples, however long a load takes', () => {
  const pace = new Pace();
  for (let at = 0; at < 24 * 3_600_000; at += windowMs) pace.add(at, at);
  expect((pace as unknown as { samples: unknown[] }).samples.length).toBeLessThanOrEqual(128);
  expect(pace.left(24 * 3_600_000, 24 * 3_600_000, 25 * 3_600_000)).toBeCloseTo(3600, -1);
});
