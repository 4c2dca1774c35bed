import { describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../../coordinator/flow/keyed-mutex.ts';

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('KeyedMutex', () => {
  it('does the work of one file in order, also after a failure', async () => {
    const mutex = new KeyedMutex(4);
    const done: string[] = [];
    const first = mutex.run(1, async () => {
      done.push('first');
      throw new Error('first');
    });
    const second = mutex.run(1, async () => void done.push('second'));
    await expect(first).rejects.toThrow('first');
    await second;
    expect(done).toEqual(['first', 'second']);
  });

  it('begins work on many files when the work of each has ended, and holds up what follows on any', async () => {
    const mutex = new KeyedMutex(4);
    const done: string[] = [];
    const held = gate();
    const before = mutex.run(2, () => held.opened);
    const all = mutex.runAll([1, 2], async () => void done.push('both'));
    const after = mutex.run(1, async () => void done.push('after'));
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    held.open();
    await Promise.all([before, all, after]);
    expect(done).toEqual(['both', 'after']);
    await expect(mutex.runAll([3], () => Promise.reject(new Error('three')))).rejects.toThrow('three');
    await mutex.allIdle();
  });

  it('works on so many files at a time and no more', async () => {
    const mutex = new KeyedMutex(2);
    const gates = [gate(), gate(), gate()];
    let busy = 0;
    let most = 0;
    gates.forEach(({ opened }, i) => {
      void mutex.run(i, async () => {
        busy += 1;
        most = Math.max(most, busy);
        await opened;
        busy -= 1;
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(busy).toBe(2);
    for (const { open } of gates) open();
    await mutex.allIdle();
    expect({ busy, most }).toEqual({ busy: 0, most: 2 });
  });

  it('knows when a file has no work left', async () => {
    const mutex = new KeyedMutex(1);
    const { open, opened } = gate();
    let ended = false;
    void mutex.run(7, () => opened);
    const waiting = mutex.idle(7).then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    open();
    await waiting;
    expect(ended).toBe(true);
  });
});
