import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledRollup } from '../../../../model/compiled-rollup.ts';
import {
  boolean,
  defineDataset,
  float8,
  integer,
  json,
  lookup,
  numeric,
  point,
  text,
  timestamp,
} from '../../../../model/index.ts';
import * as r from '../../../../model/language/rollups.ts';

function compiled(rollup: r.Rollup): CompiledRollup {
  const dataset = compileDataset(
    defineDataset({
      name: 'rides',
      columns: {
        station: text(),
        bike: text(),
        started: timestamp({ zone: 'America/New_York' }),
        seconds: integer(),
        fare: numeric(10, 2),
        km: float8(),
        member: boolean(),
        place: point(),
        extra: json(),
      },
      star: { fact: 'fact_ride', dimensions: { station_key: lookup('dim_station', { name: 'station' }) } },
      marts: { rides: rollup as never },
    }),
  );
  return dataset.marts[0] as CompiledRollup;
}

const counted = { rows: r.count() };

describe('compileRollup', () => {
  it('says the class of each measure, and why', () => {
    const { measures } = compiled({
      kind: 'rollup',
      by: ['station_key', r.weekStart('started')],
      measures: {
        ...{ rows: r.count(), members: r.countWhere('member'), paid: r.sum('fare'), km: r.sum('km') },
        ...{ half: r.median('seconds'), bikes: r.countDistinct('bike'), latest: r.lastBy('bike', 'started') },
        related: r.sql('corr(seconds, km)', 'double precision'),
      },
    });
    expect(Object.fromEntries(measures.map((measure) => [measure.name, measure.class]))).toEqual({
      ...{ rows: 'invertible', members: 'invertible', paid: 'invertible', km: 'floats' },
      ...{ half: 'values', bikes: 'values', latest: 'values', related: 'touched' },
    });
    for (const { why } of measures) expect(why).toMatch(/^[^.]{20,}$/);
  });

  it('keeps once what several measures need', () => {
    const { parts, values } = compiled({
      kind: 'rollup',
      by: ['station_key'],
      measures: {
        ...{ a: r.sum('fare'), b: r.average('fare'), c: r.count('fare') },
        ...{ d: r.min('seconds'), e: r.median('seconds'), f: r.countDistinct('seconds') },
      },
    });
    expect(parts.map(({ operation }) => operation)).toEqual(['rows', 'values', 'sum']);
    expect(values).toHaveLength(1);
  });

  it('says what a worker reads of each group and measure', () => {
    const { by, values } = compiled({
      kind: 'rollup',
      by: ['station_key', r.bucket('seconds', 60, { as: 'minutes' })],
      measures: { last: r.lastBy('bike', 'started') },
    });
    expect(by.map(({ name, read, operation }) => [name, read, operation])).toEqual([
      ['station_key', { kind: 'key', dimension: 0 }, { name: 'value' }],
      [
        'minutes',
        { kind: 'vector', vector: 'seconds', logical: { type: 'integer' } },
        { name: 'bucket', size: 60 },
      ],
    ]);
    expect(values[0].columns.map(({ read }) => read.kind === 'vector' && read.vector)).toEqual([
      'started',
      'bike',
    ]);
  });

  it.each([
    ['by', { by: [], measures: counted }, 'it has no columns'],
    ['measures', { by: ['bike'], measures: {} }, 'there are none'],
    ['by[0]', { by: ['bikes'], measures: counted }, 'the fact table has no column bikes'],
    ['by[0]', { by: ['station'], measures: counted }, 'the fact table has no column station'],
    ['by[0]', { by: ['km'], measures: counted }, 'km is float8'],
    ['by[0]', { by: [r.hourOf('bike')], measures: counted }, 'bike is text'],
    ['by[0]', { by: [r.bucket('seconds', 0)], measures: counted }, '0 is not a size of buckets'],
    ['by[0]', { by: [r.hourOf('started', { every: 25 })], measures: counted }, '25 is not a number of hours'],
    [
      'by[0]',
      { by: [r.largerCell('seconds', { degrees: 7, times: 5 })], measures: counted },
      'cells of 7 degrees do not fill a circle',
    ],
    [
      'by[0]',
      { by: [r.largerCell('seconds', { degrees: 0.01, times: 7 })], measures: counted },
      '7 is not how many cells become one',
    ],
    ['measures.x', { by: ['bike'], measures: { x: r.sum('bike') } }, 'bike is text'],
    ['measures.x', { by: ['bike'], measures: { x: r.max('extra') } }, 'extra is json'],
    ['measures.x', { by: ['bike'], measures: { x: r.countWhere('seconds') } }, 'seconds is integer'],
    ['measures.x', { by: ['bike'], measures: { x: r.percentile('seconds', 95) } }, '95 is not a share'],
    ['measures.x', { by: ['bike'], measures: { x: r.sql('', 'text') } }, 'there is no SQL'],
    ['measures.x', { by: ['bike'], measures: { x: r.sql('1', 'text); drop') } }, 'is not a type'],
    ['rides', { by: ['bike'], measures: { bike: r.count() } }, 'bike is named twice'],
    ['rides', { by: ['bike'], measures: { _rows: r.count() } }, '_rows begins with _'],
    ['where', { by: ['bike'], measures: counted, where: 'seconds' }, 'seconds is integer'],
  ] as const)('names a mistake at %s: %j', (place, rollup, what) => {
    const at = place === 'rides' ? 'marts.rides' : `marts.rides.${place}`;
    expect(() => compiled({ kind: 'rollup', ...(rollup as unknown as Omit<r.Rollup, 'kind'>) })).toThrow(
      `  ${at}: ${what}`.replace('is not a type', '').trimEnd(),
    );
  });
});
