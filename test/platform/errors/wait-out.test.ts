import { describe, expect, it } from 'vitest';
import { patiently } from '../../../platform/errors/wait-out.ts';
import { queueTrouble, type Trouble } from '../../../platform/errors/outage.ts';

const trouble = queueTrouble('it is away');
const away = new Error('away');
const troubleOf = (error: unknown) => (error === away ? trouble : null);

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

describe('patience', () => {
  it('tries again while the surroundings are in trouble, and tells of it once it lasts', async () => {
    const said: (Trouble | null)[] = [];
    const { work, tries } = failing([away, away, away]);
    const result = await patiently(work, {
      patienceMs: 60_000,
      troubleOf,
      onTrouble: (one) => void said.push(one),
      onMended: () => void said.push(null),
    });
    expect(result).toBe('done');
    expect(tries).toEqual([1, 2, 3, 4]);
    expect(said).toEqual([trouble, trouble, null]);
  });

  it('says nothing of what is gone at the second try', async () => {
    const said: unknown[] = [];
    const note = () => void said.push(1);
    await patiently(failing([away]).work, { patienceMs: 60_000, troubleOf, onTrouble: note, onMended: note });
    expect(said).toEqual([]);
  });

  it('throws what is wrong with the work itself at once', async () => {
    const wrong = new Error('wrong');
    const { work, tries } = failing([away, wrong]);
    await expect(patiently(work, { patienceMs: 60_000, troubleOf })).rejects.toBe(wrong);
    expect(tries).toEqual([1, 2]);
  });

  it('ends', async () => {
    const { work, tries } = failing([away, away]);
    await expect(patiently(work, { patienceMs: 0, troubleOf })).rejects.toBe(away);
    expect(tries).toEqual([1]);
  });

  it('gives collisions a few more tries, however short it is', async () => {
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    expect(await patiently(failing([deadlock, deadlock]).work, { patienceMs: 0, troubleOf })).toBe('done');
    const endless = failing(Array.from({ length: 100 }, () => deadlock));
    const short = { patienceMs: 0, troubleOf, pausesMs: [1, 1] as const };
    await expect(patiently(endless.work, short)).rejects.toBe(deadlock);
    expect(endless.tries).toHaveLength(9);
  });

  it('is given up when its signal is aborted, also in a pause', async () => {
    const stop = new AbortController();
    const { work } = failing([away, away, away, away, away, away, away]);
    const working = patiently(work, { patienceMs: 60_000, troubleOf, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(working).rejects.toThrow('stopped');
  });
});
