/** One suite for every kind of store. */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadableStore, Storage, StoredObject } from '../../platform/storage/contract.ts';
import { objectUrl, openObject, openStorage } from '../../platform/storage/index.ts';
import { unpack } from '../../platform/storage/unpack/index.ts';
import { tempFolder } from '../support/index.ts';

let server: FauxqsServer;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('landfall-tests');
  process.env.AWS_ENDPOINT_URL_S3 = server.address;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
});
afterAll(() => server.stop());

const newStore = {
  folder: async () => openStorage(tempFolder()),
  s3: async () => openStorage(`s3://landfall-tests/${randomBytes(6).toString('hex')}/deep`),
};
type Kind = keyof typeof newStore;
const kinds: Kind[] = ['folder', 's3'];

async function keysOf(objects: AsyncIterable<StoredObject>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects) keys.push(key);
  return keys.sort();
}

async function textOf(
  storage: ReadableStore,
  key: string,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of storage.read(key, { start, end })) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}

function hash(pieces: Iterable<Uint8Array>): string {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest('hex');
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

describe.each(kinds)('%s', (kind) => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await newStore[kind]();
  });

  it('keeps what is put, under any name a file may have', async () => {
    const names = [
      'a.csv',
      'deep/er/b.csv',
      "quote'd & spaced + 100%.csv",
      'ünï/čödé—≠.csv',
      'year=2018/x.parquet',
      '..a/b..',
    ];
    for (const name of names) await storage.put(name, `this is ${name}`);
    for (const name of names) expect(await textOf(storage, name)).toBe(`this is ${name}`);
    expect(await keysOf(storage.list())).toEqual([...names].sort());
    const found = await storage.stat('deep/er/b.csv');
    expect(found).toMatchObject({ key: 'deep/er/b.csv', bytes: 'this is deep/er/b.csv'.length });
    expect(Math.abs(Date.now() - found!.modifiedAt.getTime())).toBeLessThan(60_000);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await storage.stat('none')).toBeNull();
    expect(await storage.stat('none/at/all')).toBeNull();
    expect(await keysOf(storage.list('none/'))).toEqual([]);
    await expect(textOf(storage, 'none')).rejects.toMatchObject({ code: 'LF_FILE_MISSING' });
    await storage.delete('none');
    await storage.delete('none/at/all');
  });

  it('lists by prefix, with what stat says of each', async () => {
    for (const key of ['p/a1', 'p/a2', 'p/b', 'p/a/c', 'q']) await storage.put(key, key);
    expect(await keysOf(storage.list('p/'))).toEqual(['p/a/c', 'p/a1', 'p/a2', 'p/b']);
    expect(await keysOf(storage.list('p/a'))).toEqual(['p/a/c', 'p/a1', 'p/a2']);
    expect(await keysOf(storage.list('p/a/'))).toEqual(['p/a/c']);
    for await (const object of storage.list('p/b')) {
      const found = await storage.stat('p/b');
      expect(found).toMatchObject({ bytes: object.bytes, fingerprint: object.fingerprint });
    }
  });

  it('replaces an object, and its fingerprint with it', async () => {
    await storage.put('again', 'one');
    const before = await storage.stat('again');
    await storage.put('again', 'two');
    expect(await textOf(storage, 'again')).toBe('two');
    expect((await storage.stat('again'))!.fingerprint).not.toBe(before!.fingerprint);
  });

  it('deletes', async () => {
    await storage.put('gone/soon', 'x');
    await storage.delete('gone/soon');
    expect(await storage.stat('gone/soon')).toBeNull();
  });

  it('reads ranges, and no further than the end', async () => {
    await storage.put('digits', '0123456789');
    expect(await textOf(storage, 'digits', 2, 5)).toBe('234');
    expect(await textOf(storage, 'digits', 0, 1)).toBe('0');
    expect(await textOf(storage, 'digits', 9, 10)).toBe('9');
    expect(await textOf(storage, 'digits', 8, 100)).toBe('89');
    expect(await textOf(storage, 'digits', 4, 4)).toBe('');
    expect(await textOf(storage, 'digits', 10, 20)).toBe('');
    await storage.put('nothing', '');
    expect(await textOf(storage, 'nothing')).toBe('');
    expect(await storage.stat('nothing')).toMatchObject({ bytes: 0 });
  });

  it('stages many objects that are nowhere until they are published', async () => {
    const text = (i: number) => `object ${i}`;
    const objects = Array.from({ length: 40 }, (_, i) => ({
      key: `staged/year=${i % 7}/month=${i % 3}/o${i}`,
      body: Buffer.from(text(i)),
    }));
    await storage.put(objects[0].key, 'older');
    const staged = await storage.stage(objects);
    expect(await keysOf(storage.list('staged/'))).toEqual([objects[0].key]);
    expect(await textOf(storage, objects[0].key)).toBe('older');
    await staged.publish();
    for (const [i, { key }] of objects.entries()) expect(await textOf(storage, key)).toBe(text(i));
    const dropped = await storage.stage([{ key: 'staged/dropped', body: Buffer.from('x') }]);
    await dropped.discard();
    expect(await storage.stat('staged/dropped')).toBeNull();
    const outside = [{ key: './out', body: Buffer.from('x') }];
    const leaving = storage.stage(outside).then((some) => some.publish());
    await expect(leaving).rejects.toMatchObject({ code: 'LF_KEY_OUTSIDE' });
  });

  it('tells of many objects at once, in the order of their keys', async () => {
    const keys = ['many/a', 'many/deep/b', 'many/none', 'nowhere/at/all', 'many/c'];
    for (const key of [keys[4], keys[1], keys[0]]) await storage.put(key, key);
    const found = await storage.stats(keys);
    expect(found).toEqual(await Promise.all(keys.map((key) => storage.stat(key))));
    expect(found.map((one) => one?.bytes)).toEqual([6, 11, undefined, undefined, 6]);
    await expect(storage.stats(['many/a', './out'])).rejects.toMatchObject({ code: 'LF_KEY_OUTSIDE' });
  });

  it('writes and reads what is larger than its buffers, in pieces of at most 1 MiB', async () => {
    const block = randomBytes(3_000_001);
    const blocks = Array.from({ length: 7 }, () => block);
    const writer = await storage.writer('large');
    const reused = Buffer.alloc(block.length);
    for (const piece of blocks) {
      piece.copy(reused);
      await writer.write(reused);
      reused.fill(0);
    }
    await writer.commit();
    const found = await storage.stat('large');
    expect(found?.bytes).toBe(7 * block.length);
    const pieces: Uint8Array[] = [];
    const range = { start: 0, end: found!.bytes, fingerprint: found!.fingerprint };
    for await (const bytes of storage.read('large', range)) pieces.push(bytes);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(1024 * 1024);
    expect(hash(pieces)).toBe(hash(blocks));
    const copies: Uint8Array[] = [];
    for await (const bytes of storage.read('large', { ...range, reuse: true }))
      copies.push(Buffer.from(bytes));
    expect(hash(copies)).toBe(hash(blocks));
  });

  it('shows nothing of what is being written, nor of what was given up', async () => {
    const writer = await storage.writer('hidden/one');
    await writer.write(Buffer.alloc(100_000, 'x'));
    expect(await storage.stat('hidden/one')).toBeNull();
    expect(await keysOf(storage.list('hidden/'))).toEqual([]);
    await writer.abort();
    expect(await storage.stat('hidden/one')).toBeNull();
    const empty = await storage.writer('hidden/two');
    await empty.abort();
    const kept = await storage.writer('hidden/three');
    await kept.commit();
    expect(await keysOf(storage.list('hidden/'))).toEqual(['hidden/three']);
  });

  it('notices an object that is not the one that was meant', async () => {
    await storage.put('meant', 'first version');
    const { fingerprint } = (await storage.stat('meant'))!;
    await storage.put('meant', 'other version');
    const reading = drain(storage.read('meant', { start: 0, end: 5, fingerprint }));
    await expect(reading).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  });

  it('stops reading when the reader has enough', async () => {
    await storage.put('long', Buffer.alloc(5_000_000, 'x'));
    for await (const bytes of storage.read('long', { start: 0, end: 5_000_000 })) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    await storage.delete('long');
  });

  it.each(['', '/etc/passwd', './x', 'a/../b', 'a/..', '..', '.', 'a//b', './storage/a', 'a/', 'a\0b'])(
    'refuses the key %j',
    async (key) => {
      const refused = { code: 'LF_KEY_OUTSIDE' };
      await expect(storage.stat(key)).rejects.toMatchObject(refused);
      await expect(storage.put(key, 'x')).rejects.toMatchObject(refused);
      await expect(storage.writer(key).then((writer) => writer.abort())).rejects.toMatchObject(refused);
      await expect(storage.delete(key)).rejects.toMatchObject(refused);
      await expect(drain(storage.read(key, { start: 0, end: 1 }))).rejects.toMatchObject(refused);
      await storage.put('ok', 'x');
      await expect(storage.moveFrom(storage, 'ok', key)).rejects.toMatchObject(refused);
      await expect(storage.moveFrom(storage, key, 'ok2')).rejects.toMatchObject(refused);
      expect(await textOf(storage, 'ok')).toBe('x');
    },
  );

  it('opens an object by its address', async () => {
    await storage.put('by/address ü.csv', 'here');
    const { storage: opened, key } = await openObject(objectUrl(storage, 'by/address ü.csv'));
    expect(await textOf(opened, key)).toBe('here');
  });

  it('takes any name that leads nowhere else', async () => {
    const name = 'odd/a\\..\\b \'"%2e?#\n.csv';
    await storage.put(name, 'odd');
    const { storage: opened, key } = await openObject(objectUrl(storage, name));
    expect(await textOf(opened, key)).toBe('odd');
  });

  it('is read with no more than what a source offers', async () => {
    await storage.put('offered/a.csv.gz', gzipSync('a,b\n1,2\n'));
    const offered: ReadableStore = {
      url: storage.url,
      list: (prefix) => storage.list(prefix),
      stat: (key) => storage.stat(key),
      stats: (keys) => storage.stats(keys),
      read: (key, range) => storage.read(key, range),
    };
    const [key] = await keysOf(offered.list('offered/'));
    const { bytes, fingerprint } = (await offered.stat(key))!;
    const file = { storage: offered, key, name: key, bytes, fingerprint };
    let text = '';
    for await (const piece of unpack(file, 'gzip')) text += Buffer.from(piece.bytes).toString();
    expect(text).toBe('a,b\n1,2\n');
    expect(objectUrl(offered, key)).toBe(objectUrl(storage, key));
  });

  describe.each(kinds)('takes over from %s', (from) => {
    let source: Storage;
    beforeAll(async () => {
      source = await newStore[from]();
    });

    it('an object, into a place that is not there yet', async () => {
      const text = randomBytes(1_500_000).toString('hex');
      await source.put('in/it here+.csv', text);
      await storage.moveFrom(source, 'in/it here+.csv', `from-${from}/new/moved ü.csv`);
      expect(await source.stat('in/it here+.csv')).toBeNull();
      expect((await textOf(storage, `from-${from}/new/moved ü.csv`)) === text).toBe(true);
    });

    it('many at once, and says which were there', async () => {
      const names = ['1', '2', 'none', '3'];
      for (const name of ['1', '2', '3', 'other']) await source.put(`all/${name}`, name);
      const moves = names.map((name, i) => ({
        sourceKey: `all/${name}`,
        key: `from-${from}/all-${i % 2}/${name}`,
      }));
      const changed = { sourceKey: 'all/other', key: `from-${from}/all/other`, fingerprint: 'another' };
      expect(await storage.moveAllFrom(source, [...moves, changed])).toEqual([
        true,
        true,
        false,
        true,
        false,
      ]);
      expect(await textOf(source, 'all/other')).toBe('other');
      for (const [i, { sourceKey, key }] of moves.entries()) {
        expect(await source.stat(sourceKey)).toBeNull();
        if (i !== 2) expect(await textOf(storage, key)).toBe(names[i]);
      }
    });

    it('nothing where there is nothing', async () => {
      await storage.put(`from-${from}/kept`, 'kept');
      const moving = storage.moveFrom(source, 'none', `from-${from}/kept`);
      await expect(moving).rejects.toMatchObject({ code: 'LF_FILE_MISSING' });
      expect(await textOf(storage, `from-${from}/kept`)).toBe('kept');
    });
  });
});
