/** Names of columns: that they are usable, and that each finds its own header again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchHeader } from '../../../model/file/match-header.ts';
import { point, text } from '../../../model/index.ts';
import { columnNames, nameLength } from '../../../model/infer/column-names.ts';
import { reservedNames } from '../../../model/infer/names/reserved.ts';
import { plays } from '../../support/long.ts';
import { compileLoose } from '../support.ts';

const namesOf = (...headers: string[]) => columnNames(headers, headers.length).map(({ name }) => name);
const aliasesOf = (...headers: string[]) =>
  columnNames(headers, headers.length).map(({ aliases }) => aliases[0] ?? null);

describe('names', () => {
  test.each([
    [
      ['a', '', ''],
      ['a', 'column_2', 'column_3'],
    ],
    [
      ['price', 'Price ($)'],
      ['price', 'price_usd'],
    ],
    [
      ['a', 'a', 'a'],
      ['a', 'a_2', 'a_3'],
    ],
    [
      ['a', 'a', 'a_2'],
      ['a', 'a_3', 'a_2'],
    ],
    [
      ['Price (x)', 'price', 'price x'],
      ['price_x', 'price', 'price_x_2'],
    ],
    [
      ['Price?', 'price'],
      ['price_2', 'price'],
    ],
    [
      ['', 'column_1'],
      ['column_1_2', 'column_1'],
    ],
    [
      ['数量', '价格'],
      ['column_1', 'column_2'],
    ],
    [
      ['2019', '2019-01', '1', '3rd'],
      ['y2019', 'y2019_01', 'column_1', 'column_3rd'],
    ],
    [
      ['order', 'User', 'ctid', 'xmin', 'chunk_id', 'constructor'],
      ['order_', 'user_', 'ctid_', 'xmin_', 'chunk_id_', 'constructor_'],
    ],
    [
      ['order', 'Order', 'order_2'],
      ['order_', 'order_3', 'order_2'],
    ],
    [
      ['__proto__', 'year', 'timestamp', 'name'],
      ['proto', 'year', 'timestamp', 'name'],
    ],
    [
      ['C#', 'C++', 'C', 'net (%)', 'net (€)', 'Net', 'temperature °C', 'temperature °F', '№ 1', '#1'],
      [
        'c_sharp',
        'c_plus_plus',
        'c',
        'net_percent',
        'net_eur',
        'net',
        'temperature_celsius',
        'temperature_fahrenheit',
        'no_1',
        'number_1',
      ],
    ],
  ])('of %j', (headers, names) => {
    expect(namesOf(...headers)).toEqual(names);
  });

  test('are cut at a word, and say how they differ', () => {
    const question = 'how satisfied are you with the service that you were given on the day';
    expect(columnNames([question], 1)).toEqual([
      { name: 'how_satisfied_are_you_with_the_service', aliases: [question] },
    ]);
    expect(namesOf(question, `${question} of return`, 'x'.repeat(80), 'x'.repeat(81))).toEqual([
      'how_satisfied_are_you_with_the_service',
      'how_satisfied_are_you_day_of_return',
      'x'.repeat(40),
      `${'x'.repeat(38)}_2`,
    ]);
  });

  test('of columns without headers are their places', () => {
    expect(columnNames(null, 3)).toEqual([1, 2, 3].map((n) => ({ name: `column_${n}`, aliases: [] })));
  });

  test('leave out those that are reserved, and the halves of points', () => {
    expect(columnNames(['id', 'year'], 2, ['id']).map(({ name }) => name)).toEqual(['id_2', 'year']);
    const points = columnNames(['place', 'place_lon', 'x'], 3, [], new Set([0, 2])).map(({ name }) => name);
    expect(points).toEqual(['place_point', 'place_lon', 'x']);
  });

  test('of very many equal headers are found at once', () => {
    const names = columnNames(
      Array.from({ length: 20_000 }, () => 'value'),
      20_000,
    );
    expect(new Set(names.map(({ name }) => name)).size).toBe(20_000);
  });
});

describe('aliases', () => {
  test('are whole headers, where the name does not stand for them', () => {
    expect(aliasesOf('Order Date', 'orderId', 'Prénom', 'Größe', 'order', 'Город')).toEqual([
      null,
      'orderId',
      'Prénom',
      'Größe',
      null,
      'Город',
    ]);
  });

  test('tell headers apart that are equal in normal form', () => {
    expect(aliasesOf('price', 'Price ($)', '')).toEqual([null, 'Price ($)', '']);
    expect(aliasesOf('Net', 'net')).toEqual(['Net', null]);
    expect(aliasesOf('a', 'a', 'A', 'A')).toEqual([null, 'a', 'A', 'A']);
  });
});

test('any headers give usable names, each of which finds its own field', () => {
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('a', 'A', ' ', '_', '#', '1', '(', '€', 'é', 'e\u0301', '数', 'Б', '\n', '"'),
    }),
    fc.constantFrom(
      '',
      'order',
      'Order',
      'order_',
      'a',
      'a_2',
      'a 2',
      'A',
      'column_1',
      'column_2',
      'constructor',
      '__proto__',
      'x'.repeat(70),
    ),
  );
  fc.assert(
    fc.property(fc.array(header, { minLength: 1, maxLength: 30 }), fc.array(fc.nat(29)), (headers, some) => {
      const points = new Set(some);
      const columns = columnNames(headers, headers.length, ['id'], points);
      for (const { name } of columns) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(name.length).toBeLessThanOrEqual(nameLength);
        expect(reservedNames.has(name)).toBe(false);
      }
      const all = columns.flatMap(({ name }, i) =>
        points.has(i) ? [name, `${name}_lon`, `${name}_lat`] : [name],
      );
      expect(new Set([...all, 'id']).size).toBe(all.length + 1);
      const entries = columns.map(({ name, aliases }, i) => [
        name,
        (points.has(i) ? point : text)({ aliases }),
      ]);
      const dataset = compileLoose({
        name: 'd',
        columns: Object.fromEntries(entries),
        star: { fact: 'fact_d' },
      });
      expect(matchHeader(dataset, headers, headers.length)).toEqual(headers.map((_, i) => i));
    }),
    { numRuns: plays(670, 10_000) },
  );
});
