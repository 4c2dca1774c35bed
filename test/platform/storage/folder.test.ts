/** What only a folder can get wrong: links, half-written files, files that grow. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openObject, openStorage } from '../../../platform/storage/index.ts';
import { tempFolder } from '../../support/index.ts';

let folder: string;
let storage: Storage;
beforeEach(async () => {
  folder = tempFolder();
  storage = await openStorage(join(folder, 'store'));
});

const whole = { start: 0, end: Number.POSITIVE_INFINITY };

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

it('does not wait for a pipe that is in the place of a file', async () => {
  await storage.put('file', 'x');
  const { fingerprint } = (await storage.stat('file'))!;
  rmSync(join(folder, 'store', 'file'));
  execFileSync('mkfifo', [join(folder, 'store', 'file')]);
  await expect(drain(storage.read('file', { ...whole, fingerprint }))).rejects.toMatchObject({
    code: 'LF_FILE_CHANGED',
  });
  expect(await storage.stat('file')).toBeNull();
});

describe('symbolic links', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside', 'secret'), 'secret');
    mkdirSync(join(folder, 'store', 'real'));
    writeFileSync(join(folder, 'store', 'real', 'file'), 'x');
  });

  it('to files are refused and not listed', async () => {
    symlinkSync(join(folder, 'outside', 'secret'), join(folder, 'store', 'link'));
    await expect(storage.stat('link')).rejects.toMatchObject({ code: 'LF_SYMLINK' });
    await expect(drain(storage.read('link', whole))).rejects.toMatchObject({ code: 'LF_SYMLINK' });
    await expect(storage.moveFrom(storage, 'link', 'moved')).rejects.toMatchObject({ code: 'LF_SYMLINK' });
    const keys = [];
    for await (const { key } of storage.list()) keys.push(key);
    expect(keys).toEqual(['real/file']);
  });

  it('to folders are refused, by where they lead', async () => {
    symlinkSync(join(folder, 'outside'), join(folder, 'store', 'out'));
    symlinkSync(join(folder, 'store', 'real'), join(folder, 'store', 'in'));
    for (const [key, code] of [
      ['out/secret', 'LF_KEY_OUTSIDE'],
      ['in/file', 'LF_SYMLINK'],
    ]) {
      await expect(storage.stat(key)).rejects.toMatchObject({ code });
      await expect(drain(storage.read(key, whole))).rejects.toMatchObject({ code });
      await expect(storage.put(key, 'overwritten')).rejects.toMatchObject({ code });
      await expect(storage.delete(key)).rejects.toMatchObject({ code });
    }
    expect(existsSync(join(folder, 'outside', 'secret'))).toBe(true);
  });

  it('above the store are the way to it', async () => {
    symlinkSync(join(folder, 'store'), join(folder, 'alias'));
    const aliased = await openStorage(join(folder, 'alias'));
    expect(aliased.url).toBe(join(folder, 'store'));
    expect(await aliased.stat('real/file')).toMatchObject({ bytes: 1 });
  });

  it('under a key are replaced, not followed, by a write', async () => {
    symlinkSync(join(folder, 'outside', 'secret'), join(folder, 'store', 'link'));
    await storage.put('link', 'mine');
    expect(await storage.stat('link')).toMatchObject({ bytes: 4 });
    await drain(
      (await openObject(`file://${join(folder, 'outside', 'secret')}`)).storage.read('secret', whole),
    );
  });
});

describe('a file that changes while it is read', () => {
  const bytes = 3 * 1024 * 1024;
  const change: Record<string, (path: string) => void> = {
    grows: (path) => appendFileSync(path, 'more'),
    shrinks: (path) => truncateSync(path, 10),
    'is touched': (path) => utimesSync(path, 1, 1),
  };

  it.each(Object.keys(change))('%s: is noticed', async (how) => {
    const path = join(folder, 'store', 'file');
    writeFileSync(path, Buffer.alloc(bytes, 'x'));
    let pieces = 0;
    const reading = (async () => {
      for await (const _ of storage.read('file', { start: 0, end: bytes }))
        if (pieces++ === 0) change[how](path);
    })();
    const now = { grows: bytes + 4, shrinks: 10 }[how];
    const sizes = now === undefined ? '' : `: it had ${bytes} bytes and has ${now} now`;
    await expect(reading).rejects.toMatchObject({
      code: 'LF_FILE_CHANGED',
      message: `${path} changed while it was being read${sizes}.`,
      fix: expect.stringContaining('still writing'),
    });
  });

  it('is read on when it is only moved', async () => {
    const path = join(folder, 'store', 'file');
    writeFileSync(path, Buffer.alloc(bytes, 'x'));
    const before = await storage.stat('file');
    let read = 0;
    for await (const piece of storage.read('file', {
      start: 0,
      end: bytes,
      fingerprint: before!.fingerprint,
    })) {
      if (read === 0) renameSync(path, `${path}.moved`);
      read += piece.length;
    }
    expect(read).toBe(bytes);
    expect((await storage.stat('file.moved'))?.fingerprint).toBe(before!.fingerprint);
  });
});

describe('what is being written', () => {
  const staged = () => readdirSync(join(folder, 'store', '.landfall-tmp'));

  it('leaves nothing staged, whether it is kept or not', async () => {
    const kept = await storage.writer('kept');
    const dropped = await storage.writer('dropped');
    expect(staged()).toHaveLength(2);
    await kept.commit();
    await dropped.abort();
    expect(staged()).toEqual([]);
  });

  it('is swept up an hour after its writer died', async () => {
    await storage.writer('recent');
    await storage.writer('old');
    const [first] = staged();
    utimesSync(join(folder, 'store', '.landfall-tmp', first), 1, 1);
    await openStorage(join(folder, 'store'));
    expect(staged()).toHaveLength(1);
  });
});

it('says so when a store cannot be made', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(openStorage(join(folder, 'file', 'below'))).rejects.toMatchObject({
    code: 'LF_STORAGE_MISSING',
  });
  await expect(openObject(`file://${join(folder, 'none', 'x.csv')}`)).rejects.toMatchObject({
    code: 'LF_FILE_MISSING',
  });
});

it('says so when the system refuses', async () => {
  await storage.put('file', 'x');
  const refused = { code: 'LF_STORAGE_OBJECT', message: expect.stringMatching(/ENOTDIR|EEXIST|EISDIR/) };
  await expect(storage.put('file/below', 'y')).rejects.toMatchObject(refused);
  await storage.put('folder/below', 'y');
  await expect(storage.put('folder', 'z')).rejects.toMatchObject(refused);
  await expect(storage.moveFrom(storage, 'file', 'folder')).rejects.toMatchObject(refused);
  expect(await storage.stat('file/below')).toBeNull();
  expect(readdirSync(join(folder, 'store', '.landfall-tmp'))).toEqual([]);
});
