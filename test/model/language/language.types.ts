/**
 * What must and must not compile. tsc reads this file with the rest of the tests; an `@ts-expect-error`
 * over a line that compiles is itself an error.
 */
import {
  append,
  bigint,
  compute,
  date,
  dateDimension,
  defineDataset,
  distance,
  float8,
  fromName,
  gridCell,
  history,
  hour,
  integer,
  lookup,
  lookupTable,
  numeric,
  point,
  reject,
  rule,
  snapshot,
  text,
  time,
  timeOfDay,
  timestamp,
  upsert,
  year,
} from '../../../model/index.ts';

const columns = {
  region: text({ required: true }),
  place: point(),
  at: timestamp({ zone: 'Europe/Berlin' }),
  people: integer({ min: 0 }),
  share: float8(),
};

/** Everything named rightly. */
export const good = defineDataset({
  name: 'good',
  columns: {
    region: text({ required: true }),
    place: point(),
    at: timestamp(),
    people: integer(),
    share: float8(),
  },
  enrich: (c) => {
    const km = distance(c.place, { lon: c.share, lat: c.people });
    return {
      year: year(c.at),
      part: timeOfDay(c.at),
      cell: gridCell(c.place, 0.01),
      far: compute('boolean', [km], (value) => value > 10),
      label: compute('text', [c.region, c.people], (region, people) => region.trim() + people.toFixed(0)),
      sometimes: compute('integer', [c.people], (people) => (people ?? 0) + 1, { nulls: 'call' }),
      word: lookupTable(c.people, { 0: 'none', 1: 'one' }),
    };
  },
  rules: (c) => ({ some: rule([c.people, c.region], (people, region) => people > 0 && region !== '') }),
  lake: { partitionBy: ['year', 'region'] },
  star: {
    fact: 'fact_good',
    dimensions: {
      region_key: lookup('dim_region', { name: 'region' }, { lon: 'place_lon' }),
      date_key: dateDimension('dim_date', 'at'),
    },
    columns: ['at', 'cell', 'place', 'place_lat'],
    indexes: [{ columns: ['region_key', 'at'] }],
  },
});

export const enrichmentOfNothing = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error no such column
  enrich: (c) => ({ year: year(c.when) }),
  star: { fact: 'fact_bad' },
});

export const enrichmentOfWrongType = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error a text has no hour
  enrich: (c) => ({ hour: hour(c.region) }),
  star: { fact: 'fact_bad' },
});

export const computeOfWrongType = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error a number is not text
  enrich: (c) => ({ name: compute('text', [c.people], (people) => people + 1) }),
  star: { fact: 'fact_bad' },
});

export const computeUsesWrongMethod = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error a number cannot be trimmed
  enrich: (c) => ({ name: compute('text', [c.people], (people) => people.trim()) }),
  star: { fact: 'fact_bad' },
});

export const computeForgetsNull = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error with nulls: 'call' the value may be null
  enrich: (c) => ({ more: compute('integer', [c.people], (people) => people + 1, { nulls: 'call' }) }),
  star: { fact: 'fact_bad' },
});

export const ruleOfNothing = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error no such column
  rules: (c) => ({ some: rule([c.persons], (persons) => persons > 0) }),
  star: { fact: 'fact_bad' },
});

export const partitionOfNothing = defineDataset({
  name: 'bad',
  columns,
  enrich: (c) => ({ year: year(c.at) }),
  // @ts-expect-error no such column
  lake: { partitionBy: ['year', 'month'] },
  star: { fact: 'fact_bad' },
});

export const factColumnOfNothing = defineDataset({
  name: 'bad',
  columns,
  enrich: (c) => ({ year: year(c.at) }),
  // @ts-expect-error no such column
  star: { fact: 'fact_bad', columns: ['year', 'month'] },
});

// @ts-expect-error no such column: neither with enrichments nor without
export const lookupOfNothing = defineDataset({
  name: 'bad',
  columns,
  star: { fact: 'fact_bad', dimensions: { region_key: lookup('dim_region', { name: 'area' }) } },
});

// @ts-expect-error no such column: neither with enrichments nor without
export const attributeOfNothing = defineDataset({
  name: 'bad',
  columns,
  star: { fact: 'f', dimensions: { region_key: lookup('dim_region', { name: 'region' }, { size: 'area' }) } },
});

// @ts-expect-error no such column: neither with enrichments nor without
export const indexOfNothing = defineDataset({
  name: 'bad',
  columns,
  star: {
    fact: 'fact_bad',
    dimensions: { date_key: dateDimension('dim_date', 'at') },
    columns: ['people'],
    indexes: [{ columns: ['day_key'] }],
  },
});

export const lakeAlone = defineDataset({
  name: 'good',
  columns,
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: 'none',
});

export const misspeltNone = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error it is a star, or 'none'
  star: 'nothing',
});

/** Numbers as people write them. */
export const writtenNumbers = [
  integer({ thousands: ' ', strip: ['kg'] }),
  bigint({ thousands: '_', negative: 'trailing', max: 5n }),
  numeric(10, 2, { decimal: ',', thousands: '.', strip: ['€'], negative: 'parentheses' }),
  float8({ decimal: ',', nonFinite: 'null' }),
];

// @ts-expect-error a decimal mark is a point or a comma
export const decimalOfNothing = float8({ decimal: ';' });

// @ts-expect-error no such separator
export const thousandsOfNothing = integer({ thousands: '-' });

// @ts-expect-error a list of texts
export const stripOfText = numeric(10, 2, { strip: '€' });

/** Times as people write them. */
export const writtenTimes = [
  date({ formats: ['yyyy-MM', { format: 'MMMM yyyy', locale: 'ru' }] }),
  timestamp({ epoch: 'ms', fraction: 'truncate' }),
  time({ formats: ['HH:mm:ss.SSSSSSSSS'], fraction: 'truncate' }),
];

/** Decimals, and rows that a function rejects. */
export const computedDecimals = defineDataset({
  name: 'good',
  columns,
  enrich: (c) => ({
    exact: compute('numeric(10, 2)', [c.people], (people) => BigInt(people)),
    text: compute('numeric(38,10)', [c.people], (people) =>
      people > 9 ? reject('too many') : `${people}.5`,
    ),
    number: compute('numeric(4, 1)', [c.share], (share) => (share === null ? undefined : share), {
      nulls: 'call',
    }),
    rejecting: compute('integer', [c.people], (people) => (people > 24 ? reject('more than 24') : people)),
  }),
  star: { fact: 'fact_good', columns: ['exact', 'rejecting'] },
});

export const decimalWithoutDigits = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error a decimal has a precision and a scale
  enrich: (c) => ({ exact: compute('numeric', [c.people], (people) => BigInt(people)) }),
  star: { fact: 'fact_bad' },
});

export const decimalOfTruth = defineDataset({
  name: 'bad',
  columns,
  // @ts-expect-error a truth value is no decimal
  enrich: (c) => ({ exact: compute('numeric(10, 2)', [c.people], (people) => people > 1) }),
  star: { fact: 'fact_bad' },
});

// @ts-expect-error no such language
export const localeOfNothing = date({ formats: [{ format: 'MMMM yyyy', locale: 'xx' }] });

// @ts-expect-error nanoseconds are no unit
export const epochOfNothing = timestamp({ epoch: 'ns' });

// @ts-expect-error a date has no fraction
export const fractionOfDate = date({ fraction: 'truncate' });

// @ts-expect-error only numbers are stripped
export const stripOfTexts = text({ strip: ['€'] });

export const modes = [
  defineDataset({
    ...{ name: 'good', columns, star: { fact: 'fact_good' } },
    mode: append({ dedupe: ['region', 'at'], keep: 'first', orderBy: 'at' }),
  }),
  defineDataset({
    ...{ name: 'good', columns, star: { fact: 'fact_good' } },
    enrich: (c) => ({ gone: compute('boolean', [c.people], (people) => people === 0) }),
    mode: upsert({ key: ['region'], orderBy: 'at', deleted: 'gone' }),
  }),
  defineDataset({
    ...{ name: 'good', columns, star: { fact: 'fact_good' } },
    mode: snapshot({ key: ['people'], scope: ['region'], asOf: fromName('{date}.csv') }),
  }),
  defineDataset({
    ...{ name: 'good', columns, star: { fact: 'fact_good' } },
    mode: history({ key: ['region'], orderBy: 'at', track: ['people'], overwrite: ['place_lon'] }),
  }),
  defineDataset({ ...{ name: 'good', columns, star: { fact: 'fact_good' } }, mode: append() }),
];

// @ts-expect-error no such column: neither with enrichments nor without
export const keyOfNothing = defineDataset({
  name: 'bad',
  columns,
  mode: upsert({ key: ['id'], orderBy: 'at' }),
  star: { fact: 'fact_bad' },
});

// @ts-expect-error no such column: neither with enrichments nor without
export const orderByNothing = defineDataset({
  name: 'bad',
  columns,
  mode: history({ key: ['region'], orderBy: 'updated_at', track: ['people'] }),
  star: { fact: 'fact_bad' },
});

// @ts-expect-error an upsert has an order
export const upsertWithoutOrder = upsert({ key: ['region'] });

// @ts-expect-error upsert tracks nothing
export const upsertTracks = upsert({ key: ['region'], orderBy: 'at', track: ['people'] });
