/** Stars that a data engineer would sign, for tables of many kinds. */
import { describe, expect, test } from 'vitest';
import type { ColumnGuess } from '../../../../model/infer/contract.ts';
import { chooseStar } from '../../../../model/infer/star/choose-star.ts';
import type { FoundStar, StarChoice } from '../../../../model/infer/star/contract.ts';
import { type Cells, foundColumns } from '../support.ts';

const choose = (
  header: readonly string[],
  rows: Cells,
  types: Readonly<Record<string, Partial<ColumnGuess>>> = {},
  dataset = 'd',
): StarChoice =>
  chooseStar({ dataset, columns: foundColumns(header, rows, types), rows, rowCount: rows.length });

/** Dimensions as text: `station_key = dim_d_station(station_id: id | name: station_name)`. */
const shown = ({ star }: StarChoice): string[] =>
  (star as FoundStar).dimensions.map(({ role, table, natural, attributes }) => {
    const members = (some: typeof natural) =>
      some.map(({ as, column }) => (as === column ? as : `${as}: ${column}`));
    const rest = attributes.length > 0 ? ` | ${members(attributes).join(', ')}` : '';
    return `${role} = ${table}(${members(natural).join(', ')}${rest})`;
  });

const table = (rows: number, row: (i: number) => (string | number | null)[]): Cells =>
  Array.from({ length: rows }, (_, i) => row(i).map((cell) => (cell === null ? null : String(cell))));

/** A number that jumps about, so that columns do not depend on one another by accident. */
const jump = (i: number, seed: number) => (Math.imul(i + 1, 2654435761 + seed * 40503) >>> 8) % 1_000_003;
const day = (i: number) => `2024-0${1 + (jump(i, 9) % 9)}-1${jump(i, 8) % 10}`;

const place = (s: number) => [100 + s, `Station ${s}`, 40 + s / 100, -74 - s / 100] as const;
const halves = ['id', 'name', 'latitude', 'longitude'];

describe('things with several columns', () => {
  test('become one dimension, and roles with values in common share its table', () => {
    const header = [
      'duration',
      'started',
      ...halves.map((h) => `start station ${h}`),
      ...halves.map((h) => `end station ${h}`),
    ];
    const rows = table(600, (i) => [
      jump(i, 1),
      day(i),
      ...place(jump(i, 2) % 20),
      ...place(5 + (jump(i, 3) % 20)),
    ]);
    const choice = choose(header, rows);
    expect(shown(choice)).toEqual(
      ['start', 'end'].map(
        (role) =>
          `${role}_station_key = dim_d_station(station_id: ${role}_station_id | name: ${role}_station_name, ` +
          `latitude: ${role}_station_latitude, longitude: ${role}_station_longitude)`,
      ),
    );
    expect(choice.star!.columns).toEqual(['duration', 'started']);
  });

  test('do not share a table if they have no value in common, or say other things of it', () => {
    const header = ['start_station_id', 'start_station_name', 'end_station_id', 'end_station_name'];
    const apart = table(400, (i) => {
      const [a, b] = [jump(i, 2) % 20, jump(i, 3) % 20];
      return [a, `S ${a}`, 500 + b, `E ${b}`];
    });
    expect(choose(header, apart).star!.dimensions.map(({ table: name }) => name)).toEqual([
      'dim_d_start_station',
      'dim_d_end_station',
    ]);
    const other = table(400, (i) => {
      const [a, b] = [jump(i, 2) % 20, jump(i, 3) % 20];
      return [a, `S ${a}`, b, b === 7 ? 'another name' : `S ${b}`];
    });
    expect(new Set(choose(header, other).star!.dimensions.map(({ table: name }) => name)).size).toBe(2);
  });

  test('share a table with a type that holds the values of both', () => {
    const header = ['start_port_id', 'start_port_lat', 'end_port_id', 'end_port_lat'];
    const rows = table(400, (i) => {
      const [a, b] = [jump(i, 2) % 20, jump(i, 3) % 20];
      return [a, `${a}.5`, b, `${b}.5`];
    });
    const types = {
      start_port_id: { type: 'smallint' },
      start_port_lat: { type: 'numeric', digits: [6, 1] },
      end_port_lat: { type: 'numeric', digits: [5, 3] },
    } as const;
    const choice = choose(header, rows, types);
    expect(new Set(choice.star!.dimensions.map(({ table: name }) => name))).toEqual(new Set(['dim_d_port']));
    expect(choice.retyped).toEqual({
      start_port_id: { type: 'integer' },
      start_port_lat: { type: 'numeric', digits: [8, 3] },
      end_port_lat: { type: 'numeric', digits: [8, 3] },
    });
    // No decimal has 41 digits.
    const wide = {
      ...types,
      start_port_lat: { type: 'numeric', digits: [38, 0] },
      end_port_lat: { type: 'numeric', digits: [10, 3] },
    } as const;
    expect(new Set(choose(header, rows, wide).star!.dimensions.map(({ table: name }) => name)).size).toBe(2);
  });

  test.each([
    [
      ['region_code', 'region'],
      (m: number) => [`R${m}`, `Region ${m}`],
      'region_key = dim_d_region(region_code | name: region)',
    ],
    [
      ['iso', 'country'],
      (m: number) => [`C${m}`, `Country ${m}`],
      'country_key = dim_d_country(country_iso: iso | name: country)',
    ],
    [['name', 'code'], (m: number) => [`N ${m}`, `C${m}`], 'code_key = dim_d_code(code | name)'],
    [
      ['station', 'lat', 'lon'],
      (m: number) => [`S ${m}`, m + 0.5, m + 0.25],
      'station_key = dim_d_station(name: station | lat, lon)',
    ],
    [
      ['product_id', 'product', 'category'],
      (m: number) => [m, `P ${m}`, `C ${m % 4}`],
      'product_key = dim_d_product(product_id | name: product, category)',
    ],
    [
      ['product_id', 'product', 'unit_price'],
      (m: number) => [m, `P ${m}`, m * 1.5],
      'product_key = dim_d_product(product_id | name: product)',
    ],
    [
      ['start_id', 'start_name', 'start_lat'],
      (m: number) => [m, `S ${m}`, m + 0.5],
      'start_key = dim_d_start(start_id | name: start_name, lat: start_lat)',
    ],
    [
      ['customer_id', 'customer_order', 'customer_2nd'],
      (m: number) => [m, `S ${m}`, `T ${m}`],
      'customer_key = dim_d_customer(customer_id | customer_order, customer_2nd)',
    ],
  ] as const)('%j', (header, member, dimension) => {
    const rows = table(300, (i) => [...member(jump(i, 2) % 20), jump(i, 4)]);
    expect(shown(choose([...header, 'hours'], rows))).toEqual([dimension]);
  });

  test('lose nothing: a contradiction, or a value without an id, keeps a column in the facts and is said', () => {
    const rows = table(1000, (i) => {
      const s = jump(i, 2) % 100;
      return [s, `Station ${s}`, s === 7 && i > 500 ? '1.25' : `${s}.5`, jump(i, 3)];
    });
    const choice = choose(['station_id', 'station_name', 'station_lat', 'x'], rows);
    expect(shown(choice)).toEqual(['station_key = dim_d_station(station_id | name: station_name)']);
    expect(choice.star!.columns).toEqual(['station_lat', 'x']);
    expect(choice.remarks).toContainEqual({
      kind: 'check',
      text: 'station_lat is not the same for 1 of 100 values of station_id, so it stays in the facts',
    });
  });

  test('are not events: an order with its date is no dimension, its customer and status are', () => {
    const rows = table(900, (i) => {
      const order = Math.floor(i / 5);
      const customer = jump(order, 5) % 30;
      const status = `s ${jump(order, 2) % 3}`;
      return [
        order,
        day(order),
        status,
        customer,
        `Customer ${customer}`,
        `P ${jump(i, 6) % 15}`,
        jump(i, 7) % 4,
      ];
    });
    const header = ['order_id', 'order_date', 'order_status', 'customer_id', 'customer', 'product', 'qty'];
    const choice = choose(header, rows);
    expect(shown(choice)).toEqual([
      'order_status_key = dim_d_order_status(name: order_status)',
      'customer_key = dim_d_customer(customer_id | name: customer)',
      'product_key = dim_d_product(name: product)',
    ]);
    expect(choice.star!.columns).toEqual(['order_id', 'order_date', 'qty']);
  });

  test('with very many members have hashed keys', () => {
    const rows = table(300, (i) => [jump(i, 2) % 20, `P ${jump(i, 2) % 20}`]);
    const columns = foundColumns(['product_id', 'product'], rows).map((column) => ({
      ...column,
      facts: { ...column.facts, rows: 10_000_000, distinct: 400_000 },
    }));
    const { star } = chooseStar({ dataset: 'd', columns, rows, rowCount: 10_000_000 });
    expect(star!.dimensions).toMatchObject([{ keys: 'hashed', members: 400_000 }]);
  });
});

describe('texts', () => {
  const texts = (rows: number, distinct: number) =>
    shown(
      choose(
        ['who', 'hours'],
        table(rows, (i) => [`u ${i % distinct}`, jump(i, 1)]),
      ),
    );

  test('of few values become dimensions', () => {
    expect(texts(20_500, 41)).toEqual(['who_key = dim_d_who(name: who)']);
    expect(texts(20, 4)).toEqual(['who_key = dim_d_who(name: who)']);
    expect(texts(19, 3)).toEqual([]);
    expect(texts(3, 2)).toEqual([]);
    expect(texts(100, 21)).toEqual([]);
    // A constant, and an id.
    expect(texts(100, 1)).toEqual([]);
    expect(texts(100, 100)).toEqual([]);
  });

  test('that are long are prose', () => {
    const rows = table(100, (i) => [`${i % 3} ${'long text '.repeat(60)}`]);
    expect(shown(choose(['notes'], rows))).toEqual([]);
  });

  test('become roles of one table if their names and values say so', () => {
    const airports = (i: number) => [`A${jump(i, 1) % 12}`, `A${jump(i, 2) % 12}`];
    expect(shown(choose(['origin_airport', 'dest_airport'], table(200, airports)))).toEqual([
      'origin_airport_key = dim_d_airport(name: origin_airport)',
      'dest_airport_key = dim_d_airport(name: dest_airport)',
    ]);
    expect(shown(choose(['origin', 'destination'], table(200, airports)))).toEqual([
      'origin_key = dim_d_origin(name: origin)',
      'destination_key = dim_d_destination(name: destination)',
    ]);
  });

  test('have keys and tables that nothing else is called', () => {
    const rows = table(200, (i) => [`b ${jump(i, 1) % 5}`, jump(i, 2), `d ${jump(i, 3) % 5}`, day(i)]);
    const choice = choose(['bike', 'bike_key', 'date', 'day'], rows, {}, 'my-data');
    expect(shown(choice)).toEqual([
      'bike_2_key = dim_my_data_bike(name: bike)',
      'date_key = dim_my_data_date_2(name: date)',
    ]);
    expect(choice.star!.fact).toBe('fact_my_data');
    expect(choice.star!.date).toMatchObject({ role: 'day_date_key', table: 'dim_my_data_date' });
  });

  test('have names that PostgreSQL does not cut', () => {
    const header = ['a', 'b'].map((end) => `${'very_long_name_of_a_column_that_is_cut'}_${end}`);
    const rows = table(200, (i) => [`b ${jump(i, 1) % 5}`, `x ${jump(i, 3) % 5}`]);
    const dataset = 'd'.repeat(40);
    const { star } = choose(header, rows, {}, dataset);
    const tables = star!.dimensions.map(({ table: name }) => name);
    expect(new Set(tables).size).toBe(2);
    for (const name of tables) {
      expect(name.length).toBeLessThanOrEqual(63);
      expect(`${name.replace(/^dim_/, '')}_key`.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('the date', () => {
  test('becomes a dimension, and year and month of it partition the lake', () => {
    const choice = choose(
      ['id', 'day'],
      table(30, (i) => [i, day(i)]),
    );
    expect(choice.star!.date).toMatchObject({ role: 'date_key', table: 'dim_d_date', column: 'day' });
    expect(choice.partitions).toEqual([
      { name: 'year', part: 'year', column: 'day' },
      { name: 'month', part: 'month', column: 'day' },
    ]);
    expect(choice.star!.columns).toEqual(['id', 'day']);
  });

  test('gives its parts names that no column has', () => {
    const choice = choose(
      ['day', 'year', 'day_month', 'month'],
      table(30, (i) => [day(i), 2024, 'x', 1]),
    );
    expect(choice.partitions.map(({ name }) => name)).toEqual(['day_year', 'month_2']);
  });

  test('is none where there is none', () => {
    const choice = choose(
      ['a'],
      table(30, (i) => [i]),
    );
    expect([choice.star!.date, choice.partitions]).toEqual([null, []]);
  });
});

test('what tells rows apart is said, as a rule that exists', () => {
  const said = (header: string[], row: (i: number) => (string | number)[]) =>
    choose(header, table(200, row)).remarks.map(({ text }) => text);
  expect(said(['trip_id', 'x'], (i) => [i, jump(i, 1) % 7])).toEqual([
    'trip_id is different in every row; `rules: (c) => ({ one_row: unique([c.trip_id]) })` shows each once',
  ]);
  expect(said(['order_id', 'line', 'x'], (i) => [Math.floor(i / 4), i % 4, 1])).toEqual([
    'order_id and line are different in every row; `rules: (c) => ({ one_row: unique([c.order_id, c.line]) })` shows each once',
  ]);
  // A measure that happens to be different, and pairs that repeat.
  expect(said(['amount', 'x'], (i) => [i, i % 3])).toEqual([]);
  expect(said(['user_id', 'x'], (i) => [i % 20, i % 5])).toEqual([]);
});

describe('a table that PostgreSQL does not hold', () => {
  const wide = (count: number, value: string, type: ColumnGuess['type']) => {
    const header = Array.from({ length: count }, (_, i) => `v_${i}`);
    const columns = foundColumns(header, [header.map(() => value)]).map((column) => ({
      ...column,
      guess: { ...column.guess, type },
    }));
    return chooseStar({ dataset: 'd', columns, rows: [header.map(() => value)], rowCount: 1 });
  };

  test('has too many columns, and the limit is named', () => {
    expect(wide(1599, '1', 'smallint').star).not.toBeNull();
    const { star, remarks } = wide(1600, '1', 'smallint');
    expect(star).toBeNull();
    expect(remarks[0]).toEqual({
      kind: 'check',
      text: 'the facts would have 1,601 columns; PostgreSQL has at most 1,600 in a table, so there is the lake alone',
    });
  });

  test('has rows that are longer than a page', () => {
    expect(wide(380, 'x'.repeat(100), 'text').star).not.toBeNull();
    expect(wide(1000, 'x'.repeat(100), 'text').star).toBeNull();
    expect(wide(1000, 'abc', 'text').star).not.toBeNull();
    expect(wide(1500, '1.5', 'float8').star).toBeNull();
  });
});
