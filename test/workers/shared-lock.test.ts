import { expect, it } from 'vitest';
import { SharedLock } from '../../workers/shared-lock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('many may be inside together, or one alone, in the order in which they came', async () => {
  const lock = new SharedLock();
  const inside: string[] = [];
  const seen: string[] = [];
  const come = async (name: string, alone: boolean) => {
    const leave = await lock.enter(alone);
    inside.push(name);
    seen.push([...inside].join('+'));
    return () => {
      inside.splice(inside.indexOf(name), 1);
      leave();
    };
  };
  const [one, two] = await Promise.all([come('a', false), come('b', false)]);
  const alone = come('c', true);
  const late = come('d', false);
  const lateToo = come('e', true);
  await turn();
  expect(seen).toEqual(['a', 'a+b']);
  one();
  await turn();
  expect(seen).toHaveLength(2);
  two();
  (await alone)();
  (await late)();
  (await lateToo)();
  expect(seen).toEqual(['a', 'a+b', 'c', 'd', 'e']);
  await (await come('f', true))();
});
