import { expect, it } from 'vitest';
import { byHost, loadOf, sum } from '../../../../../dashboard/src/live/workers/load.ts';
import { workerOf } from '../../../scripted.ts';

it('workers are told by host and process, and what they use together', () => {
  const workers = [
    workerOf({ workerId: 'c', host: 'b', pid: 7, cpu: 0.5 }),
    workerOf({ workerId: 'a', host: 'a', pid: 12 }),
    workerOf({ workerId: 'b', host: 'b', pid: 2, cpu: 0.25 }),
  ];
  const listed = byHost(workers).map(([host, ones]) => [host, ones.map(({ pid }) => pid)]);
  expect(listed).toEqual([
    ['a', [12]],
    ['b', [2, 7]],
  ]);
  expect(loadOf(workers.slice(0, 1))).toBe('1 process, 0.5 cores, 312 MB');
  expect(loadOf(workers)).toBe('3 processes, 1.7 cores, 936 MB');
  expect(sum(workers, ({ pid }) => pid)).toBe(21);
});
