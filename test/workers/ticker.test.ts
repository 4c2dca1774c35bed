import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tick } from '../../platform/progress/progress.ts';
import { Slots } from '../../workers/slots.ts';
import { Ticker } from '../../workers/ticker.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const chunk = { fileId: 4, number: 2, byteStart: 1000, byteEnd: 3000 };

function worker() {
  const ticks: Tick[] = [];
  const slots = new Slots();
  const ticker = new Ticker('w', slots, async (tick) => {
    ticks.push(tick);
  });
  return { ticks, slots, ticker };
}

describe('a worker between commits', () => {
  it('speaks twice a second while it is busy, and every two seconds while it is idle', () => {
    const { ticks, slots, ticker } = worker();
    ticker.begin();
    vi.advanceTimersByTime(5000);
    expect(ticks.splice(0)).toHaveLength(3);
    const first = slots.begin(chunk);
    ticker.changed();
    const second = slots.begin({ ...chunk, number: 3 });
    ticker.changed();
    expect(ticks).toHaveLength(1);
    vi.advanceTimersByTime(2000);
    expect(ticks).toHaveLength(5);
    slots.end(first);
    ticker.changed();
    vi.advanceTimersByTime(500);
    expect(ticks).toHaveLength(6);
    slots.end(second);
    ticker.changed();
    expect(ticks).toHaveLength(7);
    expect(ticks[6].slots).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(ticks).toHaveLength(9);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('says which stores its requests wait for, and since when', () => {
    const { ticks, slots, ticker } = worker();
    const outage = { with: 'lake', code: 'LF_STORAGE', message: 's3://lake', fix: 'wait' } as const;
    slots.waitForStore('lake s3://lake', outage);
    ticker.tick();
    slots.waitForStore('lake s3://lake', { ...outage, message: 's3://lake again' });
    ticker.tick();
    slots.waitForStore('lake s3://lake', null);
    ticker.tick();
    const [{ since }] = ticks[0].outages!;
    expect(ticks.map(({ outages }) => outages)).toEqual([
      [{ ...outage, since }],
      [{ ...outage, message: 's3://lake again', since }],
      [],
    ]);
  });

  it('says how far its slots are', () => {
    const { ticks, slots, ticker } = worker();
    const counters = slots.begin(chunk);
    ticker.changed();
    Object.assign(counters, { bytesRead: 500, rows: 10, step: 'loading' });
    vi.advanceTimersByTime(500);
    expect(ticks[1].slots).toEqual([
      { fileId: 4, chunkNumber: 2, step: 'loading', bytesRead: 500, bytes: 2000, rows: 10 },
    ]);
    expect(ticks[1].rssBytes).toBeGreaterThan(1e6);
    counters.rows = 30;
    slots.end(counters);
    expect(slots.rows).toBe(30);
  });

  it('says that it leaves, and goes on when nobody can be told', async () => {
    const { ticks, slots, ticker } = worker();
    slots.begin(chunk);
    ticker.changed();
    await ticker.leave();
    expect(ticks.at(-1)).toMatchObject({ left: true, slots: [] });
    expect(vi.getTimerCount()).toBe(0);
    const deaf = new Ticker('w', slots, () => Promise.reject(new Error('no one listens')));
    deaf.begin();
    await deaf.leave();
  });
});
