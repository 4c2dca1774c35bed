import { expect, it } from 'vitest';
import { SharedLock } from '../../workers/shared-lock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('is held by many shared, or by one exclusively, in the order in which they asked', async () => {
  const lock = new SharedLock();
  const holders: string[] = [];
  const seen: string[] = [];
  const acquire = async (name: string, mode: 'shared' | 'exclusive') => {
    const release = await lock.acquire(mode);
    holders.push(name);
    seen.push([...holders].join('+'));
    return () => {
      holders.splice(holders.indexOf(name), 1);
      release();
    };
  };
  const [one, two] = await Promise.all([acquire('a', 'shared'), acquire('b', 'shared')]);
  const exclusive = acquire('c', 'exclusive');
  const late = acquire('d', 'shared');
  const lateToo = acquire('e', 'exclusive');
  await turn();
  expect(seen).toEqual(['a', 'a+b']);
  one();
  await turn();
  expect(seen).toHaveLength(2);
  two();
  (await exclusive)();
  (await late)();
  (await lateToo)();
  expect(seen).toEqual(['a', 'a+b', 'c', 'd', 'e']);
  await (await acquire('f', 'exclusive'))();
});
