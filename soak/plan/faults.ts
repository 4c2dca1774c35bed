/** Draws the faults and the operators' actions of a run. */
import type { Draw } from '../draw.ts';
import type { Fault, FaultKind, Operation } from './types.ts';

export type Backend = 'postgres' | 'redis';

/** The relative frequency of each fault. */
const weights: Readonly<Record<Backend, Readonly<Partial<Record<FaultKind, number>>>>> = {
  postgres: common({}),
  redis: common({ 'restart Redis': 5, 'kill Redis': 4, 'freeze Redis': 4 }),
};

function common(more: Partial<Record<FaultKind, number>>): Partial<Record<FaultKind, number>> {
  return {
    'kill worker': 14,
    'kill pool': 7,
    'kill coordinator': 8,
    'stop pool': 3,
    'stop coordinator': 4,
    'rival coordinator': 3,
    'freeze worker': 9,
    'freeze pool': 3,
    'freeze coordinator': 5,
    'restart Postgres fast': 4,
    'restart Postgres at once': 5,
    'end Postgres sessions': 7,
    'freeze Postgres': 3,
    'cut the network': 8,
    'refuse connections': 5,
    'stall connections': 7,
    'half-open connections': 5,
    'slow the network': 5,
    ...more,
  };
}

/** The shortest and longest duration of each fault, in ms. A job's lock lasts 10 s; freezes may be shorter or longer. */
const lengths: Readonly<Partial<Record<FaultKind, readonly [number, number]>>> = {
  'rival coordinator': [4000, 20_000],
  'freeze worker': [500, 22_000],
  'freeze pool': [500, 12_000],
  'freeze coordinator': [500, 20_000],
  'restart Postgres fast': [50, 5000],
  'restart Postgres at once': [50, 5000],
  'freeze Postgres': [300, 6000],
  'restart Redis': [50, 5000],
  'kill Redis': [50, 5000],
  'freeze Redis': [300, 12_000],
  'refuse connections': [300, 8000],
  'stall connections': [500, 25_000],
  'half-open connections': [2000, 25_000],
  'slow the network': [2000, 15_000],
  'cut off a host': [1000, 45_000],
};

/** Pauses between faults, in ms. */
const pauseMs = [400, 7000] as const;

/** Where each process has a host of its own. */
const ofHosts = { 'cut off a host': 14 };

/** Faults begin after `forMs` / 20, so that there is something to disturb. */
export function drawFaults(draw: Draw, backend: Backend, forMs: number, hosts: boolean): Fault[] {
  const kinds = hosts ? { ...weights[backend], ...ofHosts } : weights[backend];
  const faults: Fault[] = [];
  let atMs = Math.min(3000, forMs / 20);
  for (let number = 1; ; number++) {
    const one = draw.of(number);
    atMs += one.magnitude(...pauseMs);
    if (atMs > forMs) return faults;
    const kind = one.weighted(kinds);
    const length = lengths[kind];
    const forFaultMs = length === undefined ? 0 : one.magnitude(...length);
    faults.push({ atMs, kind, which: one.share(), other: one.share(), forMs: forFaultMs });
  }
}

/** An operator who changes his mind about every 15 s. */
export function drawOperations(draw: Draw, forMs: number): Operation[] {
  const operations: Operation[] = [];
  let atMs = 5000;
  for (let number = 1; ; number++) {
    const one = draw.of(number);
    atMs += one.whole(6000, 24_000);
    if (atMs > forMs) return operations;
    operations.push({
      atMs,
      which: one.share(),
      killUndoMs: one.chance(0.25) ? one.magnitude(300, 2500) : null,
      replayAfterMs: one.chance(0.6) ? one.magnitude(10, 5000) : null,
      killReplayMs: one.chance(0.25) ? one.magnitude(500, 6000) : null,
    });
  }
}
