import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { readWhereItIs } from '../../../workers/rebuild/read-again.ts';
import { tempFolder } from '../../support/index.ts';

/** A file that moves from place to place, and a ledger that knows. */
function movingFile() {
  const folder = tempFolder();
  const urlOf = (name: string) => pathToFileURL(join(folder, name)).href;
  const file = { fileId: 1, url: urlOf('landing.csv'), movingTo: null } as LedgerFile;
  writeFileSync(fileURLToPath(file.url), 'a,b');
  let now = file;
  return {
    file,
    ledger: { file: async () => now },
    move(name: string) {
      const url = urlOf(name);
      renameSync(fileURLToPath(now.url), fileURLToPath(url));
      now = { ...now, url };
    },
  };
}

/** As a store opens a file. */
function open(url: string): string {
  try {
    return readFileSync(fileURLToPath(url), 'utf8');
  } catch {
    throw new LandfallError('LF_FILE_MISSING', { file: url });
  }
}

it('is read from the archive where it moves there just before it is opened', async () => {
  const { file, ledger, move } = movingFile();
  let reads = 0;
  const text = await readWhereItIs(file, ledger, async ({ url }) => {
    if (++reads === 1) move('archive.csv');
    return open(url);
  });
  expect(text).toBe('a,b');
  expect(reads).toBe(2);
});

it('is missing where it always does, and is not read again for any other fault', async () => {
  const { file, ledger, move } = movingFile();
  let reads = 0;
  const moving = readWhereItIs(file, ledger, async ({ url }) => {
    move(`${++reads}.csv`);
    return open(url);
  });
  await expect(moving).rejects.toMatchObject({ code: 'LF_FILE_MISSING' });
  expect(reads).toBe(3);
  const failing = readWhereItIs(file, ledger, async () => {
    reads += 1;
    throw new Error('another');
  });
  await expect(failing).rejects.toThrow('another');
  expect(reads).toBe(4);
});
