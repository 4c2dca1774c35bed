/** Rows of the oracle put into a star with plain inserts, so that marts and queries have something to read. */
import type pg from 'pg';
import type { CompiledDataset } from '../../model/compiled.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { makeRollups, noteRollups } from '../../sinks/postgres/rollups/make-rollups.ts';
import type { OracleDataset } from '../oracle/duckdb.ts';

const days = (column: string) => `
  insert into star.dim_date (date_key, date)
  select distinct to_char(day, 'YYYYMMDD')::integer, day
  from (select (row->>'${column}')::date as day from jsonb_array_elements($1) as row) as days
  on conflict do nothing`;

const names = (table: string, column: string, field: string, type: string) => `
  insert into star.${table} (${column})
  select distinct (row->>'${field}')::${type} from jsonb_array_elements($1) as row where row->>'${field}' is not null
  on conflict do nothing`;

/** Stations, and their versions by day. */
const stations = [
  `insert into star.dim_station (station_id)
  select distinct unnest(array[row->>'start_station_id', row->>'end_station_id']) from jsonb_array_elements($1) as row
  on conflict do nothing`,
  `insert into star.dim_station_history (station_key, valid_from, valid_to, name, latitude, longitude, _hash)
  select station_key, day, lead(day) over (partition by station_key order by day), said->>0, (said->>1)::float8,
    (said->>2)::float8, md5(said::text)::uuid
  from (
    select station_id, day, said, lag(said) over (partition by station_id order by day) as before
    from (
      select distinct station_id, (row->>'started_on')::date as day, said
      from jsonb_array_elements($1) as row, lateral (values
        (row->>'start_station_id',
          jsonb_build_array(row->'start_station_name', row->'start_latitude', row->'start_longitude')),
        (row->>'end_station_id', jsonb_build_array(row->'end_station_name', row->'end_latitude', row->'end_longitude'))
      ) as role (station_id, said)
    ) as days
  ) as runs
  join star.dim_station as station using (station_id)
  where said is distinct from before`,
  `update star.dim_station as station
  set name = version.name, latitude = version.latitude, longitude = version.longitude, _hash = version._hash
  from star.dim_station_history as version
  where version.station_key = station.station_key and version.valid_to is null`,
];

const statements: Readonly<Record<OracleDataset, readonly string[]>> = {
  trips: [
    days('datetime'),
    names('dim_region', 'name', 'region', 'text'),
    names('dim_datasource', 'name', 'datasource', 'text'),
    `insert into star.fact_trip
       (region_key, datasource_key, date_key, origin_cell, datetime, destination_cell, chunk_id)
     select region_key, datasource_key, to_char((row->>'datetime')::timestamp, 'YYYYMMDD')::integer,
       (row->>'origin_cell')::integer, (row->>'datetime')::timestamp at time zone 'UTC',
       (row->>'destination_cell')::integer, 1
     from jsonb_array_elements($1) as row
     join star.dim_region as region on region.name = row->>'region'
     join star.dim_datasource as datasource on datasource.name = row->>'datasource'`,
  ],
  citibike: [
    days('started_on'),
    ...stations,
    names('dim_bike', 'bike_id', 'bike_id', 'integer'),
    names('dim_user_type', 'name', 'user_type', 'text'),
    `insert into star.fact_ride
       (start_station_key, end_station_key, bike_key, user_type_key, date_key, duration_seconds, started_at,
        ended_at, distance_km, hour, end_hour, day_of_week, birth_year, gender, started_ambiguous, ended_ambiguous, chunk_id)
     select start_station.station_key, end_station.station_key, bike_key, coalesce(user_type_key, 0),
       to_char((row->>'started_on')::date, 'YYYYMMDD')::integer, (row->>'duration_seconds')::integer,
       (row->>'started_at')::timestamp at time zone 'UTC', (row->>'ended_at')::timestamp at time zone 'UTC',
       (row->>'distance_km')::float8, (row->>'hour')::smallint, (row->>'end_hour')::smallint, (row->>'day_of_week')::smallint,
       (row->>'birth_year')::smallint, (row->>'gender')::smallint,
       (row->>'started_ambiguous')::boolean, (row->>'ended_ambiguous')::boolean, 1
     from jsonb_array_elements($1) as row
     join star.dim_station as start_station on start_station.station_id = row->>'start_station_id'
     join star.dim_station as end_station on end_station.station_id = row->>'end_station_id'
     join star.dim_bike as bike on bike.bike_id = (row->>'bike_id')::integer
     left join star.dim_user_type as user_type on user_type.name = row->>'user_type'`,
  ],
};

/** Inserts rows as the oracle gives them and builds the rollups of them. */
export async function handLoad(
  pool: pg.Pool,
  dataset: CompiledDataset,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const name = dataset.name as OracleDataset;
  const given = [JSON.stringify(rows)];
  for (const statement of statements[name])
    await pool.query(statement, statement.includes('$1') ? given : []);
  await inTransaction(pool, async (client) => {
    const changes = await makeRollups(client, dataset, { hadFacts: true, beside: null });
    await noteRollups(client, dataset.name, changes);
  });
}
