/** What a dataset definition imports: `import { defineDataset, text } from 'landfall'`. */
export {
  bigint,
  boolean,
  type Column,
  date,
  float8,
  integer,
  json,
  numeric,
  point,
  smallint,
  text,
  timestamp,
  uuid,
} from './columns.ts';
export type { CompiledDataset } from './compiled.ts';
export { type DatasetDefinition, type Definition, defineDataset } from './define.ts';
export { compute } from './enrichments/compute.ts';
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
} from './enrichments/dates.ts';
export { distance, geohash, gridCell, lat, lon } from './enrichments/geo.ts';
export { lookupTable, pattern } from './enrichments/text.ts';
export type { Enrichment, Ref } from './refs.ts';
export { rule, unique } from './rules.ts';
export { dateDimension, lookup, type Mart, type Query, table, view } from './star.ts';
