import { expect, test } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { matchHeader, normaliseHeader } from '../../../model/file/match-header.ts';
import { defineDataset, integer, text } from '../../../model/index.ts';

const dataset = compileDataset(
  defineDataset({
    name: 'rides',
    columns: {
      start_station_id: text(),
      bike_id: integer({ aliases: ['bikeid', 'Fahrrad-Nr.'] }),
      note: text({ optional: true, aliases: ['Примечание'] }),
    },
    star: { fact: 'fact_ride' },
  }),
);

test('case, quotes, spaces, punctuation and a BOM do not matter', () => {
  expect(normaliseHeader('\uFEFF"Start  Station-ID" ')).toBe('start_station_id');
  expect(matchHeader(dataset, ['BikeID', 'ПРИМЕЧАНИЕ', 'Start Station ID'], 3)).toEqual([2, 0, 1]);
  expect(matchHeader(dataset, ['fahrrad nr', 'start.station.id', 'surplus'], 3)).toEqual([1, 0, -1]);
});

test('without a header fields stand in the order of the columns', () => {
  expect(matchHeader(dataset, null, 3)).toEqual([0, 1, 2]);
  expect(matchHeader(dataset, null, 2)).toEqual([0, 1, -1]);
  expect(() => matchHeader(dataset, null, 1)).toThrow(
    /no field for column bike_id \(also: .*1 fields without names/,
  );
});

test('every column that is not found is named, with the fields there are and the fix', () => {
  expect(() => matchHeader(dataset, ['station', 'note'], 2)).toThrow(
    expect.objectContaining({
      code: 'LF_HEADER',
      message:
        'The header does not match rides: no field for 2 columns: start_station_id, bike_id ' +
        '(also: bikeid, fahrrad_nr); did you mean "station" to be start_station_id? Then give start_station_id ' +
        '`aliases: [\'station\']`. The file has: "station", "note".',
      fix: expect.stringContaining('alias'),
    }),
  );
});

test('two fields that mean one column are not guessed', () => {
  expect(() => matchHeader(dataset, ['start_station_id', 'bike_id', 'BikeId'], 3)).toThrow(
    /column bike_id fits "bike_id" and "BikeId"/,
  );
});
