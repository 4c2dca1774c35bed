/**
 * The queries for trips in DuckDB. There are two ways to split a point, which differ greatly in cost:
 *
 *   pattern   regexp_extract, which also checks the form of a point; the goals were set with it
 *   split     splits the text between the parentheses at the space: the fastest way that we have found, but it
 *             accepts a text that is not a point without an error
 *
 * Both are run, and both ratios are shown.
 */
import { cellOf, literal, tripsCsv } from './trip-sums.ts';

export const pointForms = ['pattern', 'split'] as const;
export type PointForm = (typeof pointForms)[number];

export const formNames: Readonly<Record<PointForm, string>> = {
  pattern: 'points by regexp_extract',
  split: 'points by string_split',
};

/** Longitude and latitude of a column, as doubles. */
function pointOf(column: string, form: PointForm): readonly [string, string] {
  const text = (part: 1 | 2) =>
    form === 'pattern'
      ? `regexp_extract(${column}, '^POINT \\(([^ ]+) ([^ ]+)\\)$', ${part})`
      : `string_split(${column}[8:-2], ' ')[${part}]`;
  return [`cast(${text(1)} as double)`, `cast(${text(2)} as double)`];
}

const parsed = (path: string, form: PointForm) => {
  const [originLon, originLat] = pointOf('origin_coord', form);
  const [destinationLon, destinationLat] = pointOf('destination_coord', form);
  return `(select region, datetime, datasource,
    ${originLon} as origin_coord_lon, ${originLat} as origin_coord_lat,
    ${destinationLon} as destination_coord_lon, ${destinationLat} as destination_coord_lat
    from ${tripsCsv(path)})`;
};

/** All typed columns, each added up, so that DuckDB cannot skip any. */
export function sumColumns(path: string, form: PointForm): string {
  return `select count(*) as "rows",
    sum(origin_coord_lon) as a, sum(origin_coord_lat) as b,
    sum(destination_coord_lon) as c, sum(destination_coord_lat) as d,
    cast(sum(epoch_us(datetime) // 1000000) as varchar) as "epochSeconds",
    cast(sum(length(region) + length(datasource)) as varchar) as letters
    from ${parsed(path, form)}`;
}

/** The same enriched columns in the same partitions as Landfall's lake. */
export function writeLake(path: string, folder: string, form: PointForm): string {
  return `copy (select *,
      cast(year(datetime) as integer) as year,
      cast(month(datetime) as integer) as month,
      cast(day(datetime) as integer) as day,
      cast(hour(datetime) as integer) as hour,
      case when hour(datetime) < 6 then 'night' when hour(datetime) < 12 then 'morning'
        when hour(datetime) < 18 then 'afternoon' else 'evening' end as time_of_day,
      cast(date_trunc('week', datetime) as date) as week,
      ${cellOf('origin_coord_lon', 'origin_coord_lat')} as origin_cell,
      ${cellOf('destination_coord_lon', 'destination_coord_lat')} as destination_cell
    from ${parsed(path, form)})
    to ${literal(folder)} (format parquet, compression snappy, partition_by (year, month))`;
}
