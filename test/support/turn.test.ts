import { afterEach, expect, it, vi } from 'vitest';

const queues = ['postgres', 'redis'];

async function played(turn: string | undefined) {
  vi.resetModules();
  vi.stubEnv('LANDFALL_TEST_TURN', turn);
  const { isTurnOf, turnsOf } = await import('./turn.ts');
  const parts = Array.from({ length: 16 }, (_, part) => part).filter((part) => isTurnOf(part, 16));
  return { parts, queues: [turnsOf(queues, 'undo'), turnsOf(queues, 'upsert!')] };
}

afterEach(() => vi.unstubAllEnvs());

it('everything is played but in a turn', async () => {
  const all = await played(undefined);
  expect(all.parts).toHaveLength(16);
  expect(all.queues).toEqual([queues, queues]);
});

it('one part is played in each turn, one queue of each, and all come round', async () => {
  const seen: Awaited<ReturnType<typeof played>>[] = [];
  for (let turn = 0; turn < 16; turn++) seen.push(await played(String(turn)));
  for (const { parts, queues: some } of seen) {
    expect(parts).toHaveLength(1);
    expect(some.flat().sort()).toEqual(queues);
  }
  expect(new Set(seen.flatMap(({ parts }) => parts)).size).toBe(16);
  expect(new Set(seen.map(({ queues: [one] }) => one[0])).size).toBe(2);
});
