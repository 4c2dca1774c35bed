import { afterEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from '../../../coordinator/lifecycle/alarm.ts';

afterEach(() => vi.useRealTimers());

describe('an alarm', () => {
  it('rings at the earliest moment that it was set for, and may be set again', () => {
    vi.useFakeTimers();
    const ring = vi.fn();
    const alarm = new Alarm(ring);
    alarm.set(100);
    alarm.set(40);
    alarm.set(70);
    vi.advanceTimersByTime(39);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(ring).toHaveBeenCalledTimes(1);
    alarm.set(10);
    alarm.stop();
    vi.advanceTimersByTime(100);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  it('never waits a negative time, of which Node 24 warns', () => {
    const waits = vi.spyOn(globalThis, 'setTimeout');
    for (const ms of [0, -5, 0, 0]) {
      const alarm = new Alarm(() => {});
      alarm.set(ms);
      alarm.stop();
    }
    expect(waits.mock.calls.map(([, ms]) => ms)).toEqual([0, 0, 0, 0]);
    waits.mockRestore();
  });
});
