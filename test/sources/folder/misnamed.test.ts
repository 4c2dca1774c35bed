import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mayBeMisnamed, misnamedIn, shownName } from '../../../sources/folder/misnamed.ts';
import { tempFolder } from '../../support/index.ts';

it.each([
  ['plain.csv', 'plain.csv'],
  ['żółć 日本 \u{1f6b2}.csv', 'żółć 日本 \u{1f6b2}.csv'],
  [[0x61, 0xe9, 0x62], 'a\\xE9b'],
  [[0xe6, 0x97, 0x2e], '\\xE6\\x97.'],
  [[0xff, 0xfe, 0x0a], '\\xFF\\xFE\n'],
])('%j is shown as %j', (name, shown) => {
  expect(shownName(Buffer.from(name as string))).toBe(shown);
});

it('names that are not UTF-8 are found, not those that contain a replacement character', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'good \ufffd.csv'), '');
  mkdirSync(join(folder, 'sub'));
  for (const byte of [0xe9, 0xe8]) {
    const path = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(byte), Buffer.from('.csv')]);
    writeFileSync(path, 'id\n1\n');
  }
  const found = await misnamedIn(folder);
  expect(found.map(({ name, stats }) => [name, stats.size]).sort()).toEqual([
    ['caf\\xE8.csv', 5],
    ['caf\\xE9.csv', 5],
  ]);
  expect(mayBeMisnamed('good \ufffd.csv')).toBe(true);
  expect(mayBeMisnamed('good.csv')).toBe(false);
});
