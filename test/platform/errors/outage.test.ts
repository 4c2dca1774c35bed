import { describe, expect, it } from 'vitest';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { databaseOutage, landingOutage, outageOf } from '../../../platform/errors/outage.ts';

describe('an outage', () => {
  it.each([
    ['LF_DATABASE_LOST', {}, 'database'],
    ['LF_DATABASE_CONNECTIONS', {}, 'database'],
    ['LF_DATABASE_RESOURCES', {}, 'database'],
    ['LF_DATABASE_UNREACHABLE', {}, 'database'],
    ['LF_QUEUE_LOST', {}, 'queue'],
    ['LF_STORAGE', { role: 'lake' }, 'lake'],
    ['LF_STORAGE_DENIED', { role: 'lake' }, 'lake'],
    ['LF_STORAGE', { role: 'landing' }, 'landing'],
  ] as const)('%s %j is with the %s', (code, values, expected) => {
    const error = new LandfallError(code, values);
    expect(outageOf(error)).toEqual({ with: expected, ...error.toJSON() });
  });

  it.each([
    // Nobody knows whose connection was refused: one of a function in a definition may be.
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }),
    new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
    Object.assign(new Error('relation does not exist'), { code: '42P01' }),
    new Error('Connection terminated unexpectedly'),
    new Error('OOM command not allowed'),
    new LandfallError('LF_ENRICHMENT', {}, { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
    new LandfallError('LF_FILE_CHANGED', { file: 'x' }),
    new LandfallError('LF_STORAGE_OBJECT', { role: 'lake' }),
  ])('%s is none', (error) => {
    expect(outageOf(error)).toBeNull();
  });
});

it('a connection that must come back is away for whatever reason', () => {
  const refused = new LandfallError('LF_DATABASE_REFUSED', { address: 'db:5432/x', reason: 'no password' });
  expect(databaseOutage(refused)).toEqual({ with: 'database', ...refused.toJSON() });
});

it('a landing folder that cannot be read says which and why', () => {
  expect(landingOutage(new Error('EIO: i/o error, scandir'), '/srv/landing')).toMatchObject({
    with: 'landing',
    message: '/srv/landing cannot be used: EIO: i/o error, scandir',
  });
});
