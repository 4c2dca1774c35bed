import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../../ledger/ledger.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openObject, openStorage } from '../../../platform/storage/index.ts';
import { spoolKey } from '../../../platform/storage/spool.ts';
import { openChunk } from '../../../workers/pipeline/chunk-source.ts';
import { tempFolder } from '../../support/index.ts';

const content = 'a,b\n1,2\n3,4\n5,6\n';
/** The second chunk: `3,4`. */
const job = { fileId: 7, number: 1, byteStart: 0, byteEnd: 9 };
const unpacked = { start: 8, end: 12 };

let lake: Storage;
let file: Claim['file'];
beforeEach(async () => {
  const folder = tempFolder();
  lake = await openStorage(join(folder, 'lake'));
  await writeFile(join(folder, 'file.gz'), gzipSync(content));
  const url = pathToFileURL(join(folder, 'file.gz')).href;
  const { storage, key } = await openObject(url);
  file = { ...(await storage.stat(key))!, url, name: 'file.gz', parentId: null } as unknown as Claim['file'];
});

async function opened(layout: object = {}, more: Partial<Claim['file']> = {}, fileId = 7) {
  const claim = {
    file: { ...file, layout: { compression: 'gzip', ...layout }, ...more },
    lineStart: 3,
    unpacked,
  };
  const source = await openChunk({ ...job, fileId }, claim as unknown as Claim, lake);
  let text = '';
  for await (const bytes of source.bytes) text += Buffer.from(bytes).toString();
  return { ...source, text };
}

describe('a chunk of a compressed file', () => {
  const chunk = { fileId: 7, number: 1, start: 8 };

  it('is read from the spool, and leaves it when it is committed', async () => {
    await lake.put(spoolKey(chunk), 'x,y\n');
    const { text, byteStart, byteCount, lineStart, committed } = await opened();
    expect({ text, byteStart, byteCount, lineStart }).toEqual({
      ...{ text: 'x,y\n', byteStart: 8, byteCount: 4, lineStart: 3 },
    });
    expect(await lake.stat(spoolKey(chunk))).not.toBeNull();
    await committed();
    expect(await lake.stat(spoolKey(chunk))).toBeNull();
  });

  it('stays where other datasets may read it: children of the file, from what it was unpacked to', async () => {
    await lake.put(spoolKey(chunk), 'x,y\n');
    const { committed } = await opened({ format: { kind: 'json' } });
    await committed();
    const child = await opened({ format: { kind: 'json' } }, { fileId: 9, parentId: 7 }, 9);
    expect(child.text).toBe('x,y\n');
  });

  it('is unpacked from the file if it is not there', async () => {
    expect((await opened()).text).toBe('3,4\n');
  });
});
