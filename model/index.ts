/** What a dataset definition imports: `import { defineDataset, text } from 'landfall'`. */

export { defineConfig } from '../platform/config/define-config.ts';
export type { CompiledDataset } from './compiled.ts';
export { compute } from './enrich/compute.ts';
export {
  day,
  dayOfWeek,
  hour,
  isAmbiguous,
  isoWeek,
  isoWeekStart,
  localDate,
  minute,
  month,
  secondsBetween,
  timeOfDay,
  year,
} from './enrich/dates.ts';
export { distance, geohash, gridCell, lat, lon } from './enrich/geo.ts';
export { join } from './enrich/join.ts';
export { type Rejection, reject } from './enrich/refusals.ts';
export { lookupTable, pattern } from './enrich/texts.ts';
export { bars, type Chart, lines } from './language/charts.ts';
export { type Check, check } from './language/checks.ts';
export type { Column } from './language/columns.ts';
export { type DatasetDefinition, type Definition, defineDataset } from './language/define.ts';
export { env, http, postgres, type Source, s3 } from './language/define-sources.ts';
export type { Expect } from './language/expect.ts';
export { type Format, jsonDocument, ndjson } from './language/file-format.ts';
export { append, fromName, history, type Mode, snapshot, upsert } from './language/modes.ts';
export { type Reference, reference } from './language/reference.ts';
export type { Enrichment, Ref } from './language/refs.ts';
export {
  average,
  bucket,
  count,
  countDistinct,
  countWhere,
  dayOf,
  firstBy,
  hourOf,
  largerCell,
  lastBy,
  max,
  median,
  min,
  monthStart,
  mostCommon,
  percentile,
  rollup,
  sql,
  stddev,
  sum,
  variance,
  weekdayOf,
  weekStart,
  yearStart,
} from './language/rollups.ts';
export { rule, unique } from './language/rules.ts';
export type { Schedule } from './language/schedules.ts';
export {
  dateDimension,
  junk,
  lookup,
  type Mart,
  type Query,
  table,
  timeDimension,
  view,
} from './language/star.ts';
export { sweepColumns } from './language/sweep-columns.ts';
export { bigint } from './types/bigint.ts';
export { boolean } from './types/boolean.ts';
export { date } from './types/date.ts';
export { float8 } from './types/float8.ts';
export { integer } from './types/integer.ts';
export { interval } from './types/interval.ts';
export { json } from './types/json.ts';
export { numeric } from './types/numeric.ts';
export { point } from './types/point.ts';
export { smallint } from './types/smallint.ts';
export { text } from './types/text.ts';
export { time } from './types/time.ts';
export { timestamp } from './types/timestamp.ts';
export { uuid } from './types/uuid.ts';
