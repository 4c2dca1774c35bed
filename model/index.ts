/** What a dataset definition imports: `import { defineDataset, text } from 'landfall'`. */

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
export { lookupTable, pattern } from './enrich/texts.ts';
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
} from './language/columns.ts';
export { type DatasetDefinition, type Definition, defineDataset } from './language/define.ts';
export type { Enrichment, Ref } from './language/refs.ts';
export { rule, unique } from './language/rules.ts';
export { dateDimension, lookup, type Mart, type Query, table, view } from './language/star.ts';
