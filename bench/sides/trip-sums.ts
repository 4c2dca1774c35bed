/**
 * The sums of trips in lake and star. DuckDB reads the CSV with its own reader and arithmetic, and lake and star must
 * agree to the last digit.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';

export interface TripSums {
  readonly rows: number;
  /** Sums over rows as decimal text, because they do not fit a double. */
  readonly originCells: string;
  readonly destinationCells: string;
  readonly epochSeconds: string;
  /** Degrees in steps of 10⁻⁷. Each value is rounded, so that the order of rows does not matter. */
  readonly degrees: string;
  /** Letters of region and datasource. */
  readonly letters: string;
}

/** The sums of a star, which has keys instead of names, and cells instead of points. */
export type StarSums = Omit<TripSums, 'degrees' | 'letters'>;

const columns = `{'region': 'VARCHAR', 'origin_coord': 'VARCHAR', 'destination_coord': 'VARCHAR',
  'datetime': 'TIMESTAMP', 'datasource': 'VARCHAR'}`;

/** The CSV as DuckDB reads it fastest: with given types, without sniffing. */
export function tripsCsv(path: string): string {
  return `read_csv(${literal(path)}, header = true, delim = ',', quote = '"', auto_detect = false, columns = ${columns})`;
}

export const cellOf = (lon: string, lat: string) =>
  `cast(floor((${lat} + 90) / 0.01) * 36000 + floor((${lon} + 180) / 0.01) as integer)`;

const sumsOver = (table: string) => `
  select cast(count(*) as varchar) as "rows",
    cast(sum(cast(origin_cell as hugeint)) as varchar) as "originCells",
    cast(sum(cast(destination_cell as hugeint)) as varchar) as "destinationCells",
    cast(sum(cast(epoch(datetime) as hugeint)) as varchar) as "epochSeconds",
    cast(sum(${['origin_coord_lon', 'origin_coord_lat', 'destination_coord_lon', 'destination_coord_lat']
      .map((name) => `cast(round(${name} * 1e7) as hugeint)`)
      .join(' + ')}) as varchar) as degrees,
    cast(sum(length(region) + length(datasource)) as varchar) as letters
  from ${table}`;

export function sumsOfTripsCsv(path: string): Promise<TripSums> {
  const point = (name: string) => `string_split(${name}[8:-2], ' ')`;
  return askDuckDb(
    sumsOver(`(select *, ${cellOf('origin_coord_lon', 'origin_coord_lat')} as origin_cell,
        ${cellOf('destination_coord_lon', 'destination_coord_lat')} as destination_cell
      from (select *,
        cast(${point('origin_coord')}[1] as double) as origin_coord_lon,
        cast(${point('origin_coord')}[2] as double) as origin_coord_lat,
        cast(${point('destination_coord')}[1] as double) as destination_coord_lon,
        cast(${point('destination_coord')}[2] as double) as destination_coord_lat
      from ${tripsCsv(path)}))`),
  );
}

/** The sums of all Parquet files below `folder`. */
export function sumsOfLake(folder: string): Promise<TripSums> {
  return askDuckDb(sumsOver(`read_parquet(${literal(`${folder}/**/*.parquet`)}, hive_partitioning = true)`));
}

export async function sumsOfStar(client: pg.Client): Promise<StarSums> {
  const { rows } = await client.query(
    `select count(*)::text as rows, sum(origin_cell::bigint)::text as "originCells",
       sum(destination_cell::bigint)::text as "destinationCells",
       sum(extract(epoch from datetime)::bigint)::text as "epochSeconds"
     from star.fact_trip`,
  );
  return { ...rows[0], rows: Number(rows[0].rows) };
}

/** Throws if the sums of a side differ from those of the file. */
export function mustAgree(what: string, found: Partial<TripSums>, expected: TripSums): void {
  for (const [name, value] of Object.entries(found)) {
    const right = expected[name as keyof TripSums];
    if (value !== right) throw new Error(`${what}: ${name} is ${value} and not ${right}`);
  }
}

async function askDuckDb(sql: string): Promise<TripSums> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("set timezone = 'UTC'");
    const [row] = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    return { ...row, rows: Number(row.rows) } as unknown as TripSums;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** SQL text literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
