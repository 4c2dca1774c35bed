import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Uploads } from '../../../coordinator/upload/uploads.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { tempFolder } from '../../support/index.ts';
import { sales } from '../support.ts';

let folder: string;
let landing: string;
let uploads: Uploads;
beforeEach(async () => {
  const root = tempFolder();
  [folder, landing] = [join(root, 'uploads'), join(root, 'landing')];
  await mkdir(landing);
  uploads = await open();
});

async function open(): Promise<Uploads> {
  const registry = await loadRegistry({ builtin: [sales], paths: [] });
  return new Uploads({ folder, bytesMost: 1000, landing: () => openStorage(landing), registry });
}

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

async function* cut(text: string) {
  yield Buffer.from(text);
  throw new Error('the connection is cut');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const coded = (code: string) => expect.objectContaining({ code });

describe('an upload', () => {
  it('is invisible in landing until it is whole, and then there at once', async () => {
    const { id } = await uploads.create({ name: 'a b.csv', bytes: 6, sha256: sha256('abcdef') });
    expect(await uploads.append(id, 0, pieces('ab', 'c'))).toMatchObject({ offset: 3 });
    await expect(uploads.land(id, 'sales')).rejects.toEqual(coded('LF_UPLOAD_CONTENT'));
    expect(await readdir(landing)).toEqual([]);
    await uploads.append(id, 3, pieces('def'));
    expect(await uploads.land(id, 'sales')).toBe('sales/a b.csv');
    expect(await readFile(join(landing, 'sales/a b.csv'), 'utf8')).toBe('abcdef');
    expect(await readdir(folder)).toEqual([]);
    await expect(uploads.get(id)).rejects.toEqual(coded('LF_UPLOAD_UNKNOWN'));
  });

  it('goes on after a cut and a restart where it ended', async () => {
    const { id } = await uploads.create({ name: 'a.csv', bytes: 6, sha256: null });
    await expect(uploads.append(id, 0, cut('abcd'))).rejects.toThrow('cut');
    const again = await open();
    expect(await again.get(id)).toMatchObject({ name: 'a.csv', bytes: 6, offset: 4 });
    await expect(again.append(id, 3, pieces('def'))).rejects.toEqual(coded('LF_UPLOAD_OFFSET'));
    await again.append(id, 4, pieces('ef'));
    await again.land(id, 'sales');
    expect(await readFile(join(landing, 'sales/a.csv'), 'utf8')).toBe('abcdef');
  });

  it('takes no more than was announced, and lands only as what was announced', async () => {
    const { id } = await uploads.create({ name: 'a.csv', bytes: 4, sha256: sha256('abcd') });
    await expect(uploads.append(id, 0, pieces('abc', 'de'))).rejects.toEqual(coded('LF_UPLOAD_SIZE'));
    await uploads.append(id, 3, pieces('x'));
    await expect(uploads.land(id, 'sales')).rejects.toEqual(coded('LF_UPLOAD_CONTENT'));
    await expect(uploads.create({ name: 'b.csv', bytes: 1001, sha256: null })).rejects.toEqual(
      coded('LF_UPLOAD_SIZE'),
    );
    await expect(uploads.create({ name: 'b.csv', bytes: 1e15, sha256: null })).rejects.toEqual(
      coded('LF_UPLOAD_SIZE'),
    );
  });

  it('takes one piece at a time', async () => {
    const { id } = await uploads.create({ name: 'a.csv', bytes: 4, sha256: null });
    let go = () => {};
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    let first: Promise<unknown> = Promise.resolve();
    await new Promise<void>((begun) => {
      const slow = (async function* () {
        begun();
        await going;
        yield Buffer.from('ab');
      })();
      first = uploads.append(id, 0, slow);
    });
    await expect(uploads.append(id, 0, pieces('x'))).rejects.toEqual(coded('LF_UPLOAD_BUSY'));
    await expect(uploads.land(id, 'sales')).rejects.toEqual(coded('LF_UPLOAD_BUSY'));
    go();
    expect(await first).toMatchObject({ offset: 2 });
  });

  it('does not replace a file that waits in landing, and belongs to a dataset', async () => {
    await mkdir(join(landing, 'sales'));
    await writeFile(join(landing, 'sales/a.csv'), 'first');
    const { id } = await uploads.create({ name: 'a.csv', bytes: 0, sha256: null });
    await expect(uploads.land(id, 'sales')).rejects.toEqual(coded('LF_UPLOAD_EXISTS'));
    await expect(uploads.land(id, 'none')).rejects.toEqual(coded('LF_DATASET_UNKNOWN'));
    await expect(uploads.land(id, '../x')).rejects.toEqual(coded('LF_DATASET_UNKNOWN'));
    expect(await readFile(join(landing, 'sales/a.csv'), 'utf8')).toBe('first');
  });

  it.each([
    '../a.csv',
    'a/b.csv',
    'a\\b.csv',
    '',
    ' ',
    '.a.csv',
    'a.part',
    'a~',
    'a\u0000.csv',
    'x'.repeat(201),
  ])('cannot be called %j', async (name) => {
    await expect(uploads.create({ name, bytes: 1, sha256: null })).rejects.toEqual(coded('LF_UPLOAD_NAME'));
  });

  it.each(['../../etc/passwd', 'x', '', '0'.repeat(24)])('is not found under %j', async (id) => {
    for (const ask of [
      uploads.get(id),
      uploads.append(id, 0, pieces()),
      uploads.land(id, 'sales'),
      uploads.drop(id),
    ])
      await expect(ask).rejects.toEqual(coded('LF_UPLOAD_UNKNOWN'));
  });

  it('is dropped a day after its last piece, when another one begins', async () => {
    const { id } = await uploads.create({ name: 'a.csv', bytes: 1, sha256: null });
    const { id: young } = await uploads.create({ name: 'a.csv', bytes: 1, sha256: null });
    const past = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, id, 'a.csv'), past, past);
    const { id: next } = await uploads.create({ name: 'c.csv', bytes: 1, sha256: null });
    expect((await readdir(folder)).sort()).toEqual(
      [young, next].flatMap((one) => [one, `${one}.json`]).sort(),
    );
    await uploads.drop(young);
    await expect(uploads.get(young)).rejects.toEqual(coded('LF_UPLOAD_UNKNOWN'));
  });
});
