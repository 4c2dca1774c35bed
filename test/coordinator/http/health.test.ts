import { describe, expect, it, vi } from 'vitest';
import { healthOf, heldAnswer, readinessOf } from '../../../coordinator/http/health.ts';

const broken = { dataset: 'a', file: 'a.ts', code: 'LF_X', message: '', fix: '' };
const outage = { with: 'lake', code: 'LF_X', message: '', fix: '', since: '' } as const;
const fine = { outages: [], marts: [], definitions: { datasets: ['b'], broken: [] } };
const answers = async () => 1;
const fails = async () => {
  throw new Error('away');
};

describe('health', () => {
  it('counts what needs a person, and names nothing', () => {
    expect(healthOf(fine, true)).toEqual({ status: 'ok', leading: true });
    const wrong = { ...fine, outages: [outage, outage], definitions: { datasets: [], broken: [broken] } };
    expect(healthOf(wrong, false)).toEqual({
      status: 'degraded',
      leading: false,
      outages: 2,
      definitionsBroken: 1,
    });
  });
});

describe('readiness', () => {
  const ask = (options: Partial<Parameters<typeof readinessOf>[0]> = {}) =>
    readinessOf({
      isLeading: () => true,
      askDatabase: answers,
      askQueue: answers,
      definitions: () => fine.definitions,
      ...options,
    })();
  const all = { leading: true, database: true, queue: true, definitions: true };

  it.each<[string, Parameters<typeof ask>[0], object]>([
    ['nothing is wrong', {}, all],
    ['another leads', { isLeading: () => false }, { ...all, leading: false }],
    ['the database is away', { askDatabase: fails }, { ...all, database: false }],
    ['the queue is away', { askQueue: fails }, { ...all, queue: false }],
    ['there is no definition yet', { definitions: () => ({ datasets: [], broken: [] }) }, all],
    ['one of two is broken', { definitions: () => ({ datasets: ['b'], broken: [broken] }) }, all],
    [
      'all are broken',
      { definitions: () => ({ datasets: [], broken: [broken] }) },
      { ...all, definitions: false },
    ],
  ])('where %s', async (_, options, checks) => {
    expect(await ask(options)).toEqual(checks);
  });
});

describe('an answer that is held', () => {
  it('costs one question, however many ask', async () => {
    const asked = vi.fn(answers);
    const held = heldAnswer(asked, { holds: 60_000 });
    expect(await Promise.all([held(), held(), held()])).toEqual([true, true, true]);
    expect(await held()).toBe(true);
    expect(asked).toHaveBeenCalledOnce();
  });

  it('is no after a while, and the question stays open until it is answered', async () => {
    let answer: (value: unknown) => void = () => {};
    const asked = vi.fn(() => new Promise((resolve) => (answer = resolve)));
    const held = heldAnswer(asked, { withinMs: 5, holds: 0 });
    expect([await held(), await held()]).toEqual([false, false]);
    expect(asked).toHaveBeenCalledOnce();
    const late = heldAnswer(asked, { withinMs: 60_000, holds: 60_000 });
    const answered = late();
    answer(1);
    expect(await answered).toBe(true);
  });

  it('is asked for again when it is old', async () => {
    const asked = vi.fn(fails);
    const held = heldAnswer(asked, { holds: 0 });
    expect([await held(), await held()]).toEqual([false, false]);
    expect(asked).toHaveBeenCalledTimes(2);
  });
});
