import { afterEach, expect, test, vi } from 'vitest';
import { Breather } from '../../platform/event-loop.ts';

afterEach(() => vi.restoreAllMocks());

test('others have their turn once the work has gone on for long, and not before', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const breather = new Breather();
  let others = 0;
  setImmediate(() => others++);
  clock.mockReturnValue(1);
  await breather.pause();
  expect(others).toBe(0);
  clock.mockReturnValue(20);
  await breather.pause();
  expect(others).toBe(1);
});
