import { describe, expect, it } from 'vitest';
import type { Storage, StorageWriter } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { spoolKey } from '../../../platform/storage/spool.ts';
import { SpoolWriter } from '../../../workers/scan/spool-writer.ts';
import { tempFolder } from '../../support/index.ts';

/** A lake that notes what is asked of it, and where `held` says so keeps a write waiting. */
async function notingLake(fails = '') {
  const sound = await openStorage(tempFolder());
  const asked: string[] = [];
  let held: Promise<void> | null = null;
  const step = async (what: string) => {
    asked.push(what);
    await held;
    if (what === fails) throw new Error(what);
  };
  const lake: Storage = Object.assign(Object.create(sound), {
    async writer(key: string, options: { lasting: boolean }): Promise<StorageWriter> {
      asked.push(`open${options.lasting ? ' lasting' : ''}`);
      const writer = await sound.writer(key, options);
      return {
        write: (bytes) => step('write').then(() => writer.write(bytes)),
        commit: () => step('commit').then(() => writer.commit()),
        abort: () => step('abort').then(() => writer.abort()),
      };
    },
  });
  const hold = () => {
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { lake, asked, hold };
}

async function keysOf(lake: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of lake.list('.landfall/')) keys.push(key);
  return keys.sort();
}

const piece = Buffer.from('a\n');
const first = { number: 0, start: 0 };

describe('writing chunks to the spool', () => {
  it('lets the caller go on while a piece is written, and holds no second one', async () => {
    const { lake, asked, hold } = await notingLake();
    const spool = new SpoolWriter({ lake, fileId: 1, boot: null });
    const release = hold();
    await spool.write(first, piece);
    let second = false;
    const writing = spool.write(first, piece).then(() => {
      second = true;
    });
    await lake.list('.landfall/')[Symbol.asyncIterator]().next();
    expect(second).toBe(false);
    release();
    await writing;
    await spool.end();
    await spool.written();
    expect(asked).toEqual(['open lasting', 'write', 'write', 'commit']);
    expect(await keysOf(lake)).toEqual([spoolKey({ fileId: 1, ...first })]);
  });

  it('writes for one boot what need not last', async () => {
    const { lake, asked } = await notingLake();
    const spool = new SpoolWriter({ lake, fileId: 1, boot: 'boot' });
    for (const number of [0, 1]) {
      await spool.write({ number, start: number * 2 }, piece);
      await spool.end();
    }
    await spool.written();
    expect(asked).toEqual(['open', 'write', 'commit', 'open', 'write', 'commit']);
    expect(await keysOf(lake)).toEqual(
      [0, 1].map((number) => spoolKey({ fileId: 1, number, start: number * 2 }, 'boot')),
    );
  });

  it.each(['write', 'commit'])('says at the end that a %s has failed, and leaves nothing', async (step) => {
    const { lake } = await notingLake(step);
    const spool = new SpoolWriter({ lake, fileId: 1, boot: null });
    await spool.write(first, piece);
    await spool.end().catch(() => {});
    await expect(spool.written()).rejects.toThrow(step);
    await expect(spool.write({ number: 1, start: 2 }, piece)).rejects.toThrow(step);
    await spool.close();
    expect(await keysOf(lake)).toEqual([]);
  });
});
