/** What `landfall init` makes of a column's values. */
import { expect, test } from 'vitest';
import { guessType } from '../../../model/infer/guess-type.ts';

const note = 'a time of day; a length of time is interval()';

test.each<[string[], string, string?]>([
  [['1', '-5'], 'integer({ required: true })'],
  [['1', '3000000000'], 'bigint({ required: true })'],
  [['007', '1'], 'text({ required: true })'],
  [['1.5', ''], 'float8()'],
  [['1.5', 'NA'], "float8({ nulls: ['NA'] })"],
  [['yes', 'no'], 'boolean({ required: true })'],
  [['50.1, 14.2'], "point({ required: true, form: 'latlon' })"],
  [['1/2/2024'], "date({ required: true, formats: ['M/d/yyyy'] })", 'the sample also fits d/M/yyyy'],
  [['2024-01-02T03:04:05Z'], "timestamp({ required: true, formats: ['yyyy-MM-ddTHH:mm:ssX'] })"],
  [
    ['1/2/2024 3:04', ''],
    "timestamp({ formats: ['M/d/yyyy H:mm'], zone: 'UTC' })",
    'the sample also fits d/M/yyyy; the file does not name its zone',
  ],
  [['08:30', '23:59:59.5', ''], 'time()', note],
  [['8:30', '17:05'], "time({ required: true, formats: ['H:mm'] })", note],
  [['8:30:00', '17:05:10', 'NULL'], "time({ nulls: ['NULL'], formats: ['H:mm:ss'] })", note],
  [['08:30', '26:30:00'], 'interval({ required: true })'],
  [['PT1H', 'P1DT2H30M', ''], 'interval()'],
  [['-00:30', '00:30'], 'interval({ required: true })'],
  // Of what is written in two ways nobody knows what it is.
  [['8:30', '8:30:15'], 'text({ required: true })'],
  [['P1M', 'P1D'], 'text({ required: true })'],
  [['', 'NULL'], "text({ nulls: ['', 'NULL'] })", 'no value in the sample'],
  [[], 'text()', 'no value in the sample'],
])('%j', (values, source, note) => {
  expect(guessType(values)).toMatchObject({ source, type: source.split('(')[0] });
  expect(guessType(values).note).toBe(note);
});
