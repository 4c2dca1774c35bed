import { describe, expect, it } from 'vitest';
import { afterError } from '../../../coordinator/fetch/after-error.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

const now = new Date('2026-03-01T12:00:00Z');
const options = { now, outageTimeoutMs: 60_000, pauses: { leastMs: 1000, mostMs: 100_000 }, random: 1 };
const away = new LandfallError('LF_SOURCE_UNREACHABLE', {});
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const inMs = (wait: ReturnType<typeof afterError>) => wait!.dueAt.getTime() - now.getTime();

describe('a run whose attempt has failed', () => {
  it('fails at once where nobody but a person can help', () => {
    expect(
      afterError({ attempts: 0, waitsSince: null }, new LandfallError('LF_SOURCE_LOOP'), options),
    ).toBeNull();
  });

  it('is tried five times where another attempt may help, after longer and longer pauses', () => {
    const error = new LandfallError('LF_SOURCE_CONTENT');
    const waits = [0, 1, 2, 3].map((attempts) => afterError({ attempts, waitsSince: null }, error, options));
    expect(waits.map(inMs)).toEqual([1000, 4000, 16_000, 64_000]);
    expect(waits.map((wait) => wait!.attempts)).toEqual([1, 2, 3, 4]);
    expect(afterError({ attempts: 4, waitsSince: null }, error, options)).toBeNull();
  });

  it('uses up no attempt while the source is away, until the outage timeout is over', () => {
    const first = afterError({ attempts: 0, waitsSince: null }, away, options);
    expect(first).toEqual({ dueAt: new Date(now.getTime() + 1000), attempts: 0, waitsSince: now });
    const wait = afterError({ attempts: 0, waitsSince: ago(40) }, away, options);
    expect([inMs(wait), wait!.attempts, wait!.waitsSince]).toEqual([20_000, 0, ago(40)]);
    expect(afterError({ attempts: 0, waitsSince: ago(60) }, away, options)).toMatchObject({
      attempts: 1,
      waitsSince: now,
    });
    expect(afterError({ attempts: 4, waitsSince: ago(60) }, away, options)).toBeNull();
  });

  it('waits at least as long as the server asks', () => {
    const busy = new LandfallError('LF_SOURCE_UNREACHABLE', { retryAfterMs: 500_000 });
    expect(inMs(afterError({ attempts: 0, waitsSince: null }, busy, options))).toBe(500_000);
  });
});
