import { describe, expect, it } from 'vitest';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { describeFailure, landingOutage, outageOf } from '../../../platform/errors/outage.ts';

const lakeUrl = '/srv/lake';
const sqlState = (code: string) => Object.assign(new Error('from the server'), { code });
const storage = (store: string, cause: object) =>
  new LandfallError(
    'LF_STORAGE',
    { store, reason: 'from the system' },
    { cause: Object.assign(new Error(), cause) },
  );
const withOf = (error: unknown) => outageOf(error, { lakeUrl })?.with ?? null;

describe('an outage', () => {
  it.each([
    ['08006', 'LF_DATABASE_LOST'], // connection_failure
    ['57P01', 'LF_DATABASE_LOST'], // admin_shutdown
    ['57P02', 'LF_DATABASE_LOST'], // crash_shutdown
    ['57P03', 'LF_DATABASE_LOST'], // cannot_connect_now
    ['53300', 'LF_DATABASE_CONNECTIONS'], // too_many_connections
    ['25006', 'LF_DATABASE_LOST'], // read_only_sql_transaction, after a failover
    ['53100', 'LF_DATABASE_RESOURCES'], // disk_full
    ['53200', 'LF_DATABASE_RESOURCES'], // out_of_memory
    ['58030', 'LF_DATABASE_RESOURCES'], // io_error
    ['ECONNREFUSED', 'LF_DATABASE_LOST'],
    ['EAI_AGAIN', 'LF_DATABASE_LOST'],
  ])('%s is the database', (code, expected) => {
    expect(outageOf(sqlState(code), { lakeUrl })).toMatchObject({ with: 'database', code: expected });
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('the driver says %s of the database', (message) => {
    expect(withOf(new Error(message))).toBe('database');
  });

  it('a name with several addresses is judged by what they say', () => {
    expect(withOf(new AggregateError([sqlState('ECONNREFUSED'), sqlState('ECONNREFUSED')]))).toBe('database');
  });

  it.each([
    'OOM command not allowed when used memory > maxmemory',
    'READONLY You can not write',
    'LOADING Redis',
  ])('%s is the queue', (message) => {
    expect(withOf(new Error(message))).toBe('queue');
  });

  it.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ESTALE', 'ECONNRESET'])(
    '%s is the store, whichever',
    (code) => {
      expect(withOf(storage(lakeUrl, { code }))).toBe('lake');
      expect(withOf(storage('/srv/landing/trips', { code }))).toBe('landing');
    },
  );

  it('a store that refuses or breaks is in outage where it is the lake, and one file may be at fault elsewhere', () => {
    for (const code of ['EIO', 'EACCES']) {
      expect(withOf(storage(lakeUrl, { code }))).toBe('lake');
      expect(withOf(storage('/srv/landing/trips', { code }))).toBeNull();
    }
    expect(withOf(storage('s3://b/in', { $metadata: { httpStatusCode: 503 } }))).toBe('landing');
    expect(withOf(storage('s3://b/in', { $metadata: { httpStatusCode: 403 } }))).toBeNull();
  });

  it.each([
    sqlState('23505'), // unique_violation
    sqlState('22003'), // numeric_value_out_of_range
    sqlState('28P01'), // invalid_password
    sqlState('42P01'), // undefined_table
    new LandfallError('LF_FILE_CHANGED', { file: 'x' }),
    storage(lakeUrl, { code: 'ENAMETOOLONG' }),
    new Error('anything else'),
  ])('%s is not', (error) => {
    expect(outageOf(error, { lakeUrl })).toBeNull();
  });
});

it('a failure is said as the outage it came of, if it came of one', () => {
  const full = describeFailure(sqlState('53100'), { lakeUrl });
  expect(full).toMatchObject({
    code: 'LF_DATABASE_RESOURCES',
    fix: expect.stringContaining('Free disk space'),
  });
  expect(Object.keys(full)).toEqual(['code', 'message', 'fix']);
  expect(describeFailure(new Error('anything else'), { lakeUrl }).code).toBe('LF_INTERNAL');
});

it('a landing folder that cannot be read says which and why', () => {
  expect(landingOutage(new Error('EIO: i/o error, scandir'), '/srv/landing')).toMatchObject({
    with: 'landing',
    message: '/srv/landing cannot be used: EIO: i/o error, scandir',
  });
});
