import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codedError } from '../../../platform/errors/errors.ts';
import { tempFolder } from '../../support/index.ts';

const { username } = userInfo();
const folder = tempFolder();
writeFileSync(join(folder, 'file'), '');
const at = (name: string) => join(folder, name);

const thrown = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .then(
      () => null,
      (error: unknown) => error,
    );

describe('an error of the system about a path', () => {
  it.each([
    ['a missing file', () => readFileSync(at('nothing')), 'nothing'],
    ['a missing folder', () => writeFile(at('no/file'), ''), 'no/file'],
    ['a file in place of a folder', () => mkdir(at('file/folder')), 'file/folder'],
    ['a folder in place of a file', () => writeFile(folder, ''), ''],
    ['a name that is too long', () => writeFile(at('x'.repeat(300)), ''), 'x'.repeat(300)],
    ['a place to which nothing can be moved', () => rename(at('file'), at('none/file')), 'none/file'],
  ])('names it: %s', async (_, work, name) => {
    expect(codedError(await thrown(work))).toMatchObject({
      code: 'LF_PATH',
      message: expect.stringContaining(`${join(folder, name)} cannot be used: E`),
    });
  });

  it('names the user whom the system refuses, and the file as the caller knows it', async () => {
    const refused = Object.assign(new Error('EACCES: permission denied, open'), {
      code: 'EACCES',
      path: '/a.part',
    });
    const error = codedError(refused, '/a');
    expect(error.code).toBe('LF_PATH_DENIED');
    expect(error.message).toBe(`The user ${username} may not use /a: EACCES: permission denied, open`);
    expect(error.fix).toContain(`Let ${username} read and write it`);
  });

  it('is not any other error', () => {
    for (const error of [new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT', null])
      expect(codedError(error).code).toBe('LF_INTERNAL');
  });
});
