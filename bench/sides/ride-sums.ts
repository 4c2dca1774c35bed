/** The sums of bike rides: DuckDB reads the CSV, PostgreSQL the star. */
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';
import { literal } from './trip-sums.ts';

export interface RideSums {
  readonly rows: number;
  /** As decimal text. */
  readonly durationSeconds: string;
  readonly stations: number;
  readonly bikes: number;
  /** Rides by rider's gender, by its code. */
  readonly genders: Readonly<Record<string, number>>;
}

export async function sumsOfRidesCsv(path: string): Promise<RideSums> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  try {
    await connection.run(
      `create view rides as from read_csv(${literal(path)}, header = true, all_varchar = true)`,
    );
    const [row] =
      await ask(`select count(*) as "rows", cast(sum(cast(tripduration as hugeint)) as varchar) as seconds,
      count(distinct bikeid) as bikes from rides`);
    const [places] = await ask(`select count(distinct id) as n from
      (select "start station id" as id from rides union all select "end station id" from rides)`);
    const genders = await ask('select gender, count(*) as n from rides group by gender order by gender');
    return rideSums(row, places.n, genders);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The sums of the star. The unknown members of its dimensions are not counted. */
export async function sumsOfRides(client: pg.Client): Promise<RideSums> {
  const { rows } =
    await client.query(`select count(*) as rows, sum(duration_seconds::bigint)::text as seconds,
    (select count(*) from star.dim_bike where bike_key <> 0) as bikes,
    (select count(*) from star.dim_station where station_key <> 0) as stations from star.fact_ride`);
  const genders = await client.query(
    'select gender, count(*) as n from star.fact_ride group by gender order by gender',
  );
  return rideSums(rows[0], rows[0].stations, genders.rows);
}

function rideSums(
  row: Record<string, unknown>,
  stations: unknown,
  genders: readonly Record<string, unknown>[],
): RideSums {
  return {
    rows: Number(row.rows),
    durationSeconds: String(row.seconds),
    stations: Number(stations),
    bikes: Number(row.bikes),
    genders: Object.fromEntries(genders.map(({ gender, n }) => [String(gender), Number(n)])),
  };
}
