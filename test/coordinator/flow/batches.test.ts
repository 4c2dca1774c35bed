import { expect, it } from 'vitest';
import { Batches } from '../../../coordinator/flow/batches.ts';

it('does the first at once, then together what came meanwhile, and no more than so many', async () => {
  const done: number[][] = [];
  const gates: (() => void)[] = [];
  const batches = new Batches<number>(3, async (items) => {
    done.push([...items]);
    await new Promise<void>((resolve) => gates.push(resolve));
  });
  const first = batches.add(1);
  await new Promise(setImmediate);
  expect(done).toEqual([[1]]);
  const others = [2, 3, 4, 5].map((item) => batches.add(item));
  await new Promise(setImmediate);
  expect(done).toHaveLength(1);
  gates[0]();
  await first;
  await new Promise(setImmediate);
  expect(done).toEqual([[1], [2, 3, 4]]);
  gates[1]();
  await Promise.all(others.slice(0, 3));
  await new Promise(setImmediate);
  gates[2]();
  await batches.idle();
  expect(done).toEqual([[1], [2, 3, 4], [5]]);
  expect(await Promise.all(others)).toHaveLength(4);
});

it('lets only that item of a batch fail which fails alone', async () => {
  const done: number[] = [];
  const batches = new Batches<number>(10, async (items) => {
    if (items.includes(2)) throw new Error('two');
    done.push(...items);
  });
  const results = await Promise.allSettled([1, 2, 3].map((item) => batches.add(item)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(done).toEqual([1, 3]);
});
