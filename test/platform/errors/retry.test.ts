/** Every code × what worker and coordinator do, and the errors without a code. */
import { describe, expect, it } from 'vitest';
import {
  describeError,
  type ErrorCode,
  errorTable,
  LandfallError,
  type Retry,
} from '../../../platform/errors/errors.ts';
import { attemptsMost, isCollision, isFinal, pauseAfterMs, retryOf } from '../../../platform/errors/retry.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

/** All that is tried again; whatever is not named here is not. */
const triedAgain: Partial<Record<ErrorCode, Retry>> = {
  LF_COORDINATOR_REPLACED: 'outage',
  LF_DATABASE_CONNECTIONS: 'outage',
  LF_DATABASE_LEDGER: 'outage',
  LF_DATABASE_LOCKED: 'outage',
  LF_DATABASE_LOST: 'outage',
  LF_DATABASE_REFUSED: 'again',
  LF_DATABASE_RESOURCES: 'outage',
  LF_DATABASE_TLS: 'again',
  LF_DATABASE_UNREACHABLE: 'outage',
  LF_INTERNAL: 'again',
  LF_LAKE_MISSING: 'outage',
  LF_PATH: 'again',
  LF_PATH_DENIED: 'again',
  LF_QUEUE_LOST: 'outage',
  LF_QUEUE_REFUSED: 'again',
  LF_REFERENCE_DATABASE: 'outage',
  LF_REFERENCE_REFUSED: 'again',
  LF_SOURCE_BUCKET_DENIED: 'again',
  LF_SOURCE_BUCKET_LOST: 'outage',
  LF_SOURCE_CONTENT: 'again',
  LF_SOURCE_DATABASE_CHANGED: 'again',
  LF_SOURCE_DATABASE_LOST: 'outage',
  LF_SOURCE_DATABASE_REFUSED: 'again',
  LF_SOURCE_DATABASE_STATEMENT: 'again',
  LF_SOURCE_OBJECT_CHANGED: 'again',
  LF_SOURCE_QUEUE_DENIED: 'again',
  LF_SOURCE_QUEUE_LOST: 'again',
  LF_SOURCE_QUEUE_MISSING: 'again',
  LF_SOURCE_UNREACHABLE: 'outage',
  LF_STORAGE: 'outage',
  LF_STORAGE_CREDENTIALS: 'outage',
  LF_STORAGE_DENIED: 'outage',
  LF_STORAGE_OBJECT: 'again',
};

describe.each(codes)('%s', (code) => {
  const error = new LandfallError(code);
  const retry = triedAgain[code] ?? 'never';

  it(`is tried again: ${retry}`, () => {
    expect(retryOf(error)).toBe(retry);
  });

  it('ends the work at once, or after the last attempt', () => {
    expect(isFinal(error, { lastAttempt: false })).toBe(retry === 'never');
    expect(isFinal(error, { lastAttempt: true })).toBe(true);
  });
});

describe('an error without a code', () => {
  it.each([
    new Error('anything'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('relation does not exist'), { code: '42P01' }),
    'a text',
    undefined,
  ])('%s is tried again: nothing says that it would come back', (error) => {
    expect(retryOf(error)).toBe('again');
    expect(isFinal(error, { lastAttempt: false })).toBe(false);
  });
});

describe('an error of PostgreSQL that comes back', () => {
  const refused = (code: string, more = {}) =>
    Object.assign(new Error('refused'), { code, severity: 'ERROR', ...more });

  it.each([
    ['54011', 'LF_DATABASE_LIMIT'],
    ['54000', 'LF_DATABASE_LIMIT'],
    ['22003', 'LF_DATABASE_VALUE'],
    ['22P05', 'LF_DATABASE_VALUE'],
    ['23514', 'LF_DATABASE_VALUE'],
  ])('of SQLSTATE %s is %s, and final', (sqlState, code) => {
    expect(describeError(refused(sqlState)).code).toBe(code);
    expect(isFinal(refused(sqlState), { lastAttempt: false })).toBe(true);
  });

  it.each(['42P01', '42P07', '23505', '40001', '55P03'])('is not one of SQLSTATE %s', (sqlState) => {
    expect([describeError(refused(sqlState)).code, retryOf(refused(sqlState))]).toEqual([
      'LF_INTERNAL',
      'again',
    ]);
  });

  it('is told from an error of the system, and says which column of a COPY it is about', () => {
    expect(retryOf(Object.assign(new Error('x'), { code: '22003' }))).toBe('again');
    const where = 'COPY fact_ride, line 3, column id\nmore';
    expect(describeError(refused('22003', { where })).message).toBe(
      'PostgreSQL refuses a value: refused (COPY fact_ride, column id).',
    );
  });
});

it('five attempts are made, with pauses that double from half a second', () => {
  expect(Array.from({ length: attemptsMost - 1 }, (_, i) => pauseAfterMs(i + 1))).toEqual([
    500, 1000, 2000, 4000,
  ]);
});

it('collisions with other transactions are told from the rest', () => {
  const sqlState = (code: string) => Object.assign(new Error('from the server'), { code });
  expect(['40001', '40P01', '55P03'].map((code) => isCollision(sqlState(code)))).toEqual([true, true, true]);
  expect(isCollision(sqlState('23505'))).toBe(false);
});
