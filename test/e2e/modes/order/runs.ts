/** One run: files from a seed, a fresh load of what remains, and four other orders with undo, replay and replacement. */
import { expect } from 'vitest';
import type { Backend } from '../../site.ts';
import {
  countDrifted,
  countMade,
  type Drifted,
  diceOf,
  type EventFile,
  type Made,
  makeFiles,
} from './files.ts';
import type { Mode } from './modes.ts';
import { accepts, labelsOf, shownOf } from './oracle.ts';
import { lineOf, type Played, play, seenLineOf } from './play.ts';
import { freshLoad, randomOrder, remaining } from './steps.ts';

/** Files of the dataset that shares a dimension with the events. */
const visitNames = ['visits.csv'];
const names = ['2024-03-01.csv', '20240301.csv', '2024-03-02.csv', '2024-03-03.csv', '2024-03-04.csv'];

export interface Run {
  readonly mode: Mode;
  readonly backend: Backend;
  readonly seed: string;
  /** Sets of events that have nothing to do with each other. */
  readonly areas: number;
  /** Besides the fresh load. */
  readonly orders: number;
}

/** Plays a run and compares its ends. Returns what the generator made. */
export async function runOrders({ mode, backend, seed, areas, orders }: Run): Promise<Made & Drifted> {
  const dice = diceOf(seed);
  const files = [
    ...makeFiles(seed, { owner: 'events', areas, names }),
    ...makeFiles(`visits ${seed}`, { owner: 'visits', areas: Math.ceil(areas / 3), names: visitNames }),
  ];
  const undone = new Set([names[dice(names.length)]]);
  const waves = [
    freshLoad(files, undone),
    ...Array.from({ length: orders }, () => randomOrder(dice, files, undone)),
  ];
  const played = await play({ mode, backend, orders: waves });
  for (const [o, one] of played.entries()) {
    expectOracle(mode, remaining(files, undone), one, `order ${o}`);
    expect(one.derived, `rollup and dimension of order ${o}`).toEqual(played[0].derived);
  }
  return { ...countMade(files), ...countDrifted(files) };
}

/** A generator that makes no ties, no late rows and no drift catches nothing. `least`: events of each kind. */
export function expectMade(made: Made & Drifted, least: number): void {
  const { lacksSize, unknown, reordered, renamed, dialect, ...events } = made;
  for (const [what, count] of Object.entries(events)) expect(count, what).toBeGreaterThan(least);
  const drifted = { lacksSize, unknown, reordered, renamed, dialect };
  for (const [what, count] of Object.entries(drifted)) expect(count, what).toBeGreaterThan(0);
}

function expectOracle(mode: Mode, all: readonly EventFile[], played: Played, what: string): void {
  expect(played.confused, `hashes of ${what}`).toEqual([]);
  const [files, visits] = (['events', 'visits'] as const).map((owner) =>
    all.filter((file) => file.owner === owner),
  );
  const visited = visits.flatMap(({ events }) => events);
  expect(played.visits, `visits of ${what}`).toEqual(visited.map(lineOf).sort());
  const accepted = files.flatMap(({ events }) => events).filter((event) => accepts(mode, event));
  for (const [kind, labels] of labelsOf([...accepted, ...visited]))
    expect(labels, `label of ${kind} in ${what}`).toContain(played.labels.get(kind));
  const rows = shownOf(mode, files, played.hashes);
  const expected = rows.map(lineOf).sort();
  const [wanted, found] = [new Set(expected), new Set(played.shown)];
  const missing = expected.filter((line) => !found.has(line));
  const extra = played.shown.filter((line) => !wanted.has(line));
  expect({ missing: missing.slice(0, 5), extra: extra.slice(0, 5) }, what).toEqual({
    missing: [],
    extra: [],
  });
  expect(played.shown, `rows of ${what}`).toEqual(expected);
  expect(played.seen, `when rows of ${what} were seen`).toEqual(rows.map(seenLineOf).sort());
  expect(played.faults, `audit of ${what}`).toEqual([]);
  if (played.inLake !== null) expect([...played.inLake].sort(), `lake of ${what}`).toEqual(expected);
}
