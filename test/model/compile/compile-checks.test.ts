import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { type Check, check, defineDataset, integer } from '../../../model/index.ts';
import type { LandfallError } from '../../../platform/errors/errors.ts';

function compiled(one: string | Check) {
  return compileDataset(
    defineDataset({
      name: 'counted',
      columns: { id: integer({ required: true }), day: integer() },
      star: { fact: 'fact_counted', columns: ['id', 'day'] },
      checks: { one },
    }),
  ).checks[0];
}

function mistakes(one: Check): string {
  try {
    compiled(one);
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

describe('a check', () => {
  it('is written as SQL alone, or with what it means', () => {
    expect(compiled('select {1}')).toEqual({ name: 'one', sql: 'select {1}' });
    expect(compiled(check('select 1'))).toEqual({ name: 'one', sql: 'select 1' });
    expect(compiled(check('select 1 from {facts}', { severity: 'warn', over: 'file' }))).toEqual({
      ...{ name: 'one', sql: 'select 1 from landfall_facts' },
      ...{ severity: 'warn', over: 'file' },
    });
    expect(compiled(check('select 1 from a where {touched(a.id, day)}', { over: 'groups' })).sql).toBe(
      'select 1 from a where (a.id, day) in (select "id", "day" from landfall_touched)',
    );
  });

  it.each([
    [check('select 1', { over: 'file' }), 'does not read {facts}'],
    [check('select 1 from {facts}', { over: 'groups' }), 'does not say which groups are touched'],
    [check('select 1 from {facts}'), 'its SQL names the file'],
    [check('select 1 from {fact}', { over: 'file' }), 'its SQL has {fact}, which means nothing'],
    [check('select 1 where {touched(dy)}', { over: 'groups' }), 'has no column "dy"'],
    [check('select 1', { severity: 'loud' as 'warn' }), 'there is no "loud"'],
    [check('select 1', { over: 'all' as 'file' }), 'there is no "all"'],
  ])('names what is wrong with one (%#)', (one, message) => {
    expect(mistakes(one)).toContain(message);
  });
});
