import { describe, expect, it } from 'vitest';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { type Outage, outageOf } from '../../../platform/errors/outage.ts';
import { waitOut } from '../../../platform/errors/wait-out.ts';

const away = new LandfallError('LF_QUEUE_LOST', { address: 'queue:6379', reason: 'it is away' });
const outage = outageOf(away);

/** Fails with these, one after another, and then succeeds. */
function failing(errors: readonly unknown[]) {
  const tries: number[] = [];
  const work = async (attempt: number) => {
    tries.push(attempt);
    if (attempt <= errors.length) throw errors[attempt - 1];
    return 'done';
  };
  return { work, tries };
}

describe('the outage timeout', () => {
  it('tries again while the outage lasts, and tells of it once it lasts', async () => {
    const said: (Outage | null)[] = [];
    const { work, tries } = failing([away, away, away]);
    const result = await waitOut(work, {
      outageTimeoutMs: 60_000,
      onOutage: (one) => void said.push(one),
      onRecovered: () => void said.push(null),
    });
    expect(result).toBe('done');
    expect(tries).toEqual([1, 2, 3, 4]);
    expect(said).toEqual([outage, outage, null]);
  });

  it('says nothing of what is gone at the second try', async () => {
    const said: unknown[] = [];
    const note = () => void said.push(1);
    await waitOut(failing([away]).work, {
      outageTimeoutMs: 60_000,
      onOutage: note,
      onRecovered: note,
    });
    expect(said).toEqual([]);
  });

  it('throws what is wrong with the work itself at once', async () => {
    const wrong = new Error('wrong');
    const { work, tries } = failing([away, wrong]);
    await expect(waitOut(work, { outageTimeoutMs: 60_000 })).rejects.toBe(wrong);
    expect(tries).toEqual([1, 2]);
  });

  it('ends', async () => {
    const { work, tries } = failing([away, away]);
    await expect(waitOut(work, { outageTimeoutMs: 0 })).rejects.toBe(away);
    expect(tries).toEqual([1]);
  });

  it('gives collisions a few more tries, however short it is', async () => {
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    expect(await waitOut(failing([deadlock, deadlock]).work, { outageTimeoutMs: 0 })).toBe('done');
    const endless = failing(Array.from({ length: 100 }, () => deadlock));
    const short = { outageTimeoutMs: 0, pausesMs: [1, 1] as const };
    await expect(waitOut(endless.work, short)).rejects.toBe(deadlock);
    expect(endless.tries).toHaveLength(9);
  });

  it('is given up when its signal is aborted, also in a pause', async () => {
    const stop = new AbortController();
    const { work } = failing([away, away, away, away, away, away, away]);
    const working = waitOut(work, { outageTimeoutMs: 60_000, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(working).rejects.toThrow('stopped');
  });
});
