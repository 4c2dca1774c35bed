import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { outageOf } from '../../../platform/errors/outage.ts';
import { openError, storeError } from '../../../platform/storage/store-error.ts';

const lake = { url: '/srv/lake', role: 'lake' } as const;
const landing = { url: 's3://in/files', role: 'landing' } as const;
const failed = (cause: object) => Object.assign(new Error('from the system'), cause);
const status = (httpStatusCode: number) => failed({ $metadata: { httpStatusCode } });

describe('a store that is away or full', () => {
  it.each([
    ...['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ESTALE', 'ECONNRESET', 'ECONNREFUSED'].map((code) =>
      failed({ code }),
    ),
    status(500),
    status(503),
    status(429),
    failed({ name: 'TimeoutError' }),
    new AggregateError([failed({ code: 'ECONNREFUSED' })]),
  ])('%s is an outage, whichever store it is', (cause) => {
    expect(outageOf(storeError(cause, lake, 'a'))).toMatchObject({ with: 'lake', code: 'LF_STORAGE' });
    expect(outageOf(storeError(cause, landing, 'a'))).toMatchObject({
      with: 'landing',
      message: expect.stringContaining('s3://in/files cannot be used'),
    });
    expect(openError(cause, landing)).toMatchObject({ code: 'LF_STORAGE' });
  });
});

describe('an object that is denied or broken', () => {
  it.each([
    [failed({ code: 'EACCES' }), 'LF_STORAGE_DENIED', 'LF_PATH_DENIED'],
    [failed({ code: 'EPERM' }), 'LF_STORAGE_DENIED', 'LF_PATH_DENIED'],
    [failed({ code: 'ENOTDIR' }), 'LF_STORAGE', 'LF_STORAGE_OBJECT'],
    [status(403), 'LF_STORAGE_CREDENTIALS', 'LF_STORAGE_OBJECT'],
    [failed({ name: 'CredentialsProviderError' }), 'LF_STORAGE_CREDENTIALS', 'LF_STORAGE_OBJECT'],
    [failed({ name: 'KMS.NotFoundException' }), 'LF_STORAGE_CREDENTIALS', 'LF_STORAGE_OBJECT'],
    [failed({ name: 'InvalidStorageClass' }), 'LF_STORAGE_CREDENTIALS', 'LF_STORAGE_OBJECT'],
    [failed({ code: 'EIO' }), 'LF_STORAGE', 'LF_STORAGE_OBJECT'],
  ] as const)('%s means the lake, and of a landed file perhaps that file alone', (cause, code, ofObject) => {
    expect(outageOf(storeError(cause, lake, 'a'))).toMatchObject({ with: 'lake', code });
    const error = storeError(cause, landing, 'trips/a.csv');
    expect(error.code).toBe(ofObject);
    expect(error.message).toContain('s3://in/files/trips/a.csv');
    expect(error.message).toContain('from the system');
  });

  it('names the user where the system refuses, and the credentials where a bucket does', () => {
    const user = userInfo().username;
    const closed = [
      storeError(failed({ code: 'EACCES' }), lake, 'a'),
      openError(failed({ code: 'EPERM' }), lake),
    ];
    for (const { fix } of closed) {
      expect(fix).toContain(`Let the user ${user} read and write it`);
      expect(fix).not.toMatch(/AWS|bucket/);
    }
    expect(storeError(status(403), lake, 'a').fix).toMatch(/AWS_/);
  });

  it('is the object where the name is at fault, in the lake too', () => {
    expect(storeError(failed({ code: 'ENAMETOOLONG' }), lake, 'a')).toMatchObject({
      code: 'LF_STORAGE_OBJECT',
    });
  });
});

describe('a store that cannot be opened', () => {
  it.each([
    ['ENOTDIR', 'LF_STORAGE_MISSING'],
    ['EEXIST', 'LF_STORAGE_MISSING'],
    ['EACCES', 'LF_STORAGE_DENIED'],
  ])('%s is %s', (code, expected) => {
    expect(openError(failed({ code }), landing)).toMatchObject({ code: expected });
  });

  it('is a bucket that does not exist', () => {
    expect(storeError(failed({ name: 'NoSuchBucket' }), lake)).toMatchObject({ code: 'LF_STORAGE_MISSING' });
  });
});
