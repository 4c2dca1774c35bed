import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  describeError,
  type ErrorCode,
  errorTable,
  LandfallError,
  restoreError,
  shownTemplate,
} from '../../../platform/errors/errors.ts';

const entries = Object.entries(errorTable);

describe('the table of errors', () => {
  it.each(entries)('%s says what happened, what to do, and whether it is tried again', (_, entry) => {
    expect(entry.message).toMatch(/[.:}\w]$/);
    expect(entry.fix).toMatch(/(\.|:\n\{migration\})$/);
    expect(['never', 'outage', 'again']).toContain(entry.retry);
  });

  it('has each code in one part only', async () => {
    const folder = new URL('../../../platform/errors/codes/', import.meta.url);
    const parts = await Promise.all(
      readdirSync(folder).map(
        (file) => import(new URL(file, folder).href) as Promise<Record<string, object>>,
      ),
    );
    const codes = parts.flatMap((part) => Object.values(part).flatMap((table) => Object.keys(table)));
    expect(codes.sort()).toEqual(entries.map(([code]) => code).sort());
  });

  it('does not compile without `retry`', async () => {
    const { rejectCodes } = await import('../../../platform/errors/codes/reject.ts');
    type Entries = import('../../../platform/errors/codes/entry.ts').ErrorEntries;
    // @ts-expect-error
    const lacking: Entries = { LF_NEW: { message: 'It broke.', fix: 'Fix it.' } };
    expect({ ...rejectCodes, ...lacking }).toHaveProperty('LF_NEW');
  });
});

describe('an error', () => {
  it('fills its words in, and counts things in their number', () => {
    const one = new LandfallError('LF_HEADER_WIDE', { file: 'a.csv', fields: 1, most: 2 });
    const many = new LandfallError('LF_HEADER_WIDE', { file: 'a.csv', fields: 2000, most: 2 });
    expect(one.message).toBe('The first record of a.csv has 1 field; at most 2 are read.');
    expect(many.message).toBe('The first record of a.csv has 2,000 fields; at most 2 are read.');
    expect(shownTemplate('{fields|field} of {file}')).toBe('{fields} fields of {file}');
  });

  it('is the same when it is restored in another process', () => {
    const error = new LandfallError('LF_FILE_EMPTY', { file: 'a.csv' });
    expect(restoreError(error.toJSON()).toJSON()).toEqual(error.toJSON());
    expect(restoreError({ code: 'LF_FUTURE', message: 'm', fix: 'f' })).toMatchObject({
      code: 'LF_INTERNAL',
      message: 'm',
    });
  });

  it('without a code is told as one of ours', () => {
    expect(describeError(new Error('it broke'))).toMatchObject({
      code: 'LF_INTERNAL' satisfies ErrorCode,
      message: expect.stringContaining('it broke'),
    });
  });
});
