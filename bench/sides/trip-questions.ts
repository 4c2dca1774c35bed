/** Random questions about trips: named queries with their parameters, and the same as SQL over the facts. */
import { cities, datasources } from '../../datasets/trips/cities.ts';

export interface Question {
  readonly query: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  /** The answer as JSON, as SQL over facts. $1, $2, … are `values`. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const facts = `(select region.name as region, datasource.name as datasource, f.* from star.fact_trip f
  join star.dim_region region using (region_key) join star.dim_datasource datasource using (datasource_key)) f`;

const average = `select count(*)::bigint as trips, coalesce((max(week) - min(week)) / 7 + 1, 0) as weeks,
  round(count(*) / greatest(coalesce((max(week) - min(week)) / 7 + 1, 1), 1)::numeric, 2) as trips_per_week
  from (select *, date_trunc('week', datetime at time zone 'UTC')::date as week from ${facts}) f`;

const middle = (cell: string, as: string) =>
  `-180 + (${cell} % 36000 / 5 + 0.5) * 0.05 as ${as}_lon, -90 + (${cell} / 36000 / 5 + 0.5) * 0.05 as ${as}_lat`;

const times = ['night', 'morning', 'afternoon', 'evening'];

/** `random`: numbers from 0 up to, but not including, 1. */
export function questionsOf(random: () => number): Readonly<Record<string, () => Question>> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const region = () => pick([...cities.map(({ name }) => name), '']);
  const limit = (most: number) => 1 + Math.floor(random() * most);
  return {
    rides_per_region: () => ({
      query: 'rides_per_region',
      parameters: {},
      sql: `select region, count(*) as rides, round(100.0 * count(*) / sum(count(*)) over (), 1) as percent
        from ${facts} group by region order by rides desc, region`,
      values: [],
    }),
    busiest_hours: () => {
      const parameters = { limit: limit(24) };
      const sql = `select extract(hour from datetime at time zone 'UTC')::int as hour, count(*) as rides from ${facts}
        group by 1 order by rides desc, hour limit $1`;
      return { query: 'busiest_hours', parameters, sql, values: [parameters.limit] };
    },
    weekly_average: () => {
      const parameters = { region: region() };
      const sql = `select region, r.* from (select distinct region from ${facts} where $1 = '' or region = $1) one,
        lateral (${average} where f.region = one.region) r order by trips_per_week desc, region`;
      return { query: 'weekly_average', parameters, sql, values: [parameters.region] };
    },
    weekly_average_in_box: () => {
      const city = pick(cities);
      const west = city.lon + (random() - 0.5) * 0.3;
      const south = city.lat + (random() - 0.5) * 0.2;
      const parameters = { west, south, east: west + random() * 0.2, north: south + random() * 0.15 };
      const column = (degrees: number) => Math.floor((degrees + 180) / 0.01);
      const row = (degrees: number) => Math.floor((degrees + 90) / 0.01);
      const sql = `${average} where origin_cell % 36000 between $1 and $2 and origin_cell / 36000 between $3 and $4`;
      const values = [column(west), column(parameters.east), row(south), row(parameters.north)];
      return { query: 'weekly_average_in_box', parameters, sql, values };
    },
    similar_trips: () => {
      const parameters = { region: region(), time_of_day: pick([...times, '']), limit: limit(50) };
      const sql = `select region, (array['night', 'morning', 'afternoon', 'evening'])[1 + quarter] as time_of_day,
          origin_lon, origin_lat, destination_lon, destination_lat, trips
        from (
          select region, extract(hour from datetime at time zone 'UTC')::int / 6 as quarter,
            ${middle('origin_cell', 'origin')}, ${middle('destination_cell', 'destination')}, count(*) as trips
          from ${facts} where $1 = '' or region = $1 group by 1, 2, 3, 4, 5, 6
        ) g
        where $2 = '' or (array['night', 'morning', 'afternoon', 'evening'])[1 + quarter] = $2
        order by trips desc, region, time_of_day, origin_lat, origin_lon, destination_lat, destination_lon limit $3`;
      const values = [parameters.region, parameters.time_of_day, parameters.limit];
      return { query: 'similar_trips', parameters, sql, values };
    },
    latest_datasource: () => {
      const parameters = { limit: limit(8) };
      const sql = `select r.region, r.rides, l.datasource, l.datetime
        from (select region, count(*) as rides from ${facts} group by region) r,
          lateral (select datasource, datetime from ${facts} where f.region = r.region
            order by datetime desc, datasource_key limit 1) l
        order by r.rides desc, r.region limit $1`;
      return { query: 'latest_datasource', parameters, sql, values: [parameters.limit] };
    },
    regions_of_datasource: () => {
      const parameters = { datasource: pick(datasources) };
      const sql = `select region, count(*) as rides from ${facts} where datasource = $1
        group by region order by rides desc, region`;
      return { query: 'regions_of_datasource', parameters, sql, values: [parameters.datasource] };
    },
  };
}
