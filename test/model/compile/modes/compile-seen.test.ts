import { expect, test } from 'vitest';
import { append, history, lookup, text, timestamp, upsert } from '../../../../model/index.ts';
import type { Mode } from '../../../../model/language/modes.ts';
import { compileLoose } from '../../support.ts';

const customers = (mode: Mode, star: object = { fact: 'f' }) =>
  compileLoose({
    ...{ name: 'customers', mode, star },
    columns: { id: text(), state: text(), tier: text(), updated_at: timestamp() },
  });

const key = ['id'];
const orderBy = 'updated_at';

test('says when files brought a row, in columns of any names', () => {
  const seen = { created: 'created_at' };
  const dataset = customers(append({ dedupe: key, seen }));
  const columns = { created: 'created_at', updated: null };
  expect([dataset.mode, dataset.star!.keyed]).toMatchObject([{ seen: columns }, { seen: columns }]);
  const without = customers(append({ dedupe: key }));
  expect([without.mode, without.star!.keyed].some((one) => 'seen' in one!)).toBe(false);
});

const tier = { fact: 'f', dimensions: { tier_key: lookup('dim_tier', { tier: 'tier' }) } };
const withSeen = (seen: unknown) => upsert({ key, orderBy, seen: seen as never });

test.each<[what: string, mode: Mode, star: object | undefined, mistakes: string[]]>([
  [
    'rows that are facts of one file',
    append({ seen: { created: 'created_at' } }),
    undefined,
    [
      "mode.seen: without dedupe, a row is a fact of one file, and first and last seen when that file landed. Say dedupe: 'row'",
    ],
  ],
  ['no column', withSeen({}), undefined, ['mode.seen: it names no column. Say seen: { created:']],
  [
    'what names nothing',
    withSeen(['created_at']),
    undefined,
    ['mode.seen: ["created_at"] does not name columns. Say seen: { created:'],
  ],
  [
    'an unknown column',
    withSeen({ created: 'a', update: 'b' }),
    undefined,
    ['mode.seen.update: seen has no such column. Did you mean updated?'],
  ],
  [
    'names of other columns',
    history({ key, orderBy, track: ['state'], seen: { created: 'updated_at', updated: 'valid_from' } }),
    { fact: 'f', columns: ['state', 'updated_at'] },
    [
      'mode.seen.created: updated_at is the name of columns.updated_at. Choose another name, such as landed_created',
      'mode.seen.updated: valid_from is the name of a column that the star adds',
    ],
  ],
  [
    'the name of a dimension, and one twice',
    withSeen({ created: 'tier_key', updated: 'tier_key' }),
    tier,
    [
      'mode.seen.created: tier_key is the name of star.dimensions.tier_key',
      'mode.seen.updated: tier_key is the name of star.dimensions.tier_key',
      'mode.seen.updated: tier_key is the name of both columns. Rename one of them',
    ],
  ],
  [
    'what is no name of SQL',
    withSeen({ created: 'Created At', updated: '_updated' }),
    undefined,
    ['mode.seen.created: "Created At" is not a plain SQL name', 'mode.seen.updated: _updated begins with _'],
  ],
])('refuses %s', (_, mode, star, mistakes) => {
  let message = '';
  try {
    customers(mode, star);
  } catch (error) {
    message = (error as Error).message;
  }
  for (const mistake of mistakes) expect(message).toContain(mistake);
  expect(message.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(mistakes.length);
});
