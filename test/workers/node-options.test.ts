/** A worker must start on every Node that the package allows. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { nodeFlags } from '../../workers/node-options.ts';

test('this Node starts with the flags for its V8', () => {
  const { status, stderr } = spawnSync(process.execPath, [...nodeFlags(), '--eval', '0'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('flags that came or went with a version of V8 are only given to those that have them', () => {
  const always = ['--single-threaded-gc', '--initial-heap-size=128'];
  expect(nodeFlags('11.3.244.8-node.38')).toEqual([...always, '--interrupt-budget=200000']);
  expect(nodeFlags('12.4.254.21-node.33')).toEqual(always);
  expect(nodeFlags('13.6.233.17-node.41')).toEqual(always);
});
