/**
 * DuckDB as an independent oracle: it reads the same CSV files with its own reader and computes what
 * should be in the lake and the star, in SQL that shares nothing with Landfall.
 */
import { readFileSync } from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export type OracleDataset = 'trips' | 'citibike';

/** Datasets whose expected rows are computed by the SQL of their name in this folder. */
export type ExpectedDataset = OracleDataset | 'checkins';

/** Columns of the expected tables that are rounded; round the actual ones alike before comparing. */
export const roundedColumns: Readonly<Record<OracleDataset, Readonly<Record<string, number>>>> = {
  trips: {},
  citibike: { distance_km: 6 },
};

/**
 * PostgreSQL selects of the star's rows under the names of the expected tables, for `copy (…) to stdout
 * with (format csv, header)` and `fromCsv`. They show the star as a reader sees it: names, not keys.
 */
export const starSelects: Readonly<Record<OracleDataset, string>> = {
  trips: `select region, datasource, datetime at time zone 'UTC' as datetime, hour, time_of_day, week,
    origin_cell, destination_cell from star.trip`,
  citibike: `select start_station as start_station_name, end_station as end_station_name, bike_id, user_type,
    gender_name, birth_year, age, hour, end_hour, day_of_week, duration_seconds, started_ambiguous, ended_ambiguous,
    started_at at time zone 'UTC' as started_at, ended_at at time zone 'UTC' as ended_at,
    round(cast(distance_km as numeric), 6) as distance_km
    from (select ride.*, gender as gender_name from star.ride) as ride`,
};

/** DuckDB: the versions of stations that follow from a table of rides, as `star.station_version` shows them. */
export function stationVersions(rides: string): string {
  const select = readFileSync(new URL('./station-versions.sql', import.meta.url), 'utf8');
  return select.replaceAll('from expected', `from ${identifier(rides)}`);
}

export interface Oracle {
  readonly connection: DuckDBConnection;
  /** Makes table `name` with the rows that the CSV files should become, and returns how many. */
  expect(dataset: ExpectedDataset, csvPaths: readonly string[], name?: string): Promise<number>;
  /** Makes a view `name` of Parquet files, hive partitions as integer columns, timestamps as UTC. */
  lake(dataset: OracleDataset, parquetPaths: readonly string[], name?: string): Promise<void>;
  /** Makes table `name` from a CSV file with a header, its columns typed as those of the same name in `like`. */
  fromCsv(path: string, like: string, name?: string): Promise<void>;
  /**
   * How many rows are in one table and not in the other, over the columns of `expected`, duplicates
   * counted, with up to five examples of each. Both zero: the same rows.
   */
  compare(expected: string, actual: string, columns?: readonly string[]): Promise<Comparison>;
  /** Rows of a query, values as JavaScript has them; dates and timestamps as ISO text. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

export interface Comparison {
  readonly missing: number;
  readonly extra: number;
  readonly examples: { readonly missing: unknown[]; readonly extra: unknown[] };
}

/** An oracle in memory, on two threads at most; times are shown in UTC. */
export async function openOracle(): Promise<Oracle> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  const rows = async (sql: string) => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson() as Record<string, unknown>[];
  };
  const count = async (sql: string) => Number((await rows(`select count(*) as n from (${sql})`))[0].n);

  return {
    connection,
    rows,
    async expect(dataset, csvPaths, name = 'expected') {
      const select = readFileSync(new URL(`./${dataset}.sql`, import.meta.url), 'utf8');
      for (const [index, path] of csvPaths.entries()) {
        await connection.run(`set variable csv_path = ${literal(path)}`);
        const target =
          index === 0 ? `create or replace table ${identifier(name)} as` : `insert into ${identifier(name)}`;
        await connection.run(`${target} ${select}`);
      }
      return count(`from ${identifier(name)}`);
    },
    async lake(dataset, parquetPaths, name = 'lake') {
      const rounded = Object.entries(roundedColumns[dataset]).map(
        ([column, digits]) => `round(${identifier(column)}, ${digits}) as ${identifier(column)}`,
      );
      const files = `[${parquetPaths.map(literal).join(', ')}]`;
      await connection.run(
        `create or replace view ${identifier(name)} as
         select * ${rounded.length > 0 ? `replace (${rounded.join(', ')})` : ''}
         from read_parquet(${files}, hive_partitioning = true, union_by_name = true,
                           hive_types = {'year': integer, 'month': integer})`,
      );
    },
    async fromCsv(path, like, name = 'star') {
      const types = await typesOf(rows, like);
      const file = `read_csv(${literal(path)}, all_varchar = true, header = true)`;
      const names = (await rows(`describe from ${file}`)).map((column) => String(column.column_name));
      const columns = names.map((column) => comparable(column, types)).join(', ');
      await connection.run(`create or replace table ${identifier(name)} as select ${columns} from ${file}`);
    },
    async compare(expected, actual, columns) {
      const listed = columns ?? (await columnsOf(rows, expected));
      const types = await typesOf(rows, expected);
      const side = (table: string) =>
        `select ${listed.map((column) => comparable(column, types)).join(', ')} from ${identifier(table)}`;
      const missing = `(${side(expected)} except all ${side(actual)})`;
      const extra = `(${side(actual)} except all ${side(expected)})`;
      return {
        missing: await count(`from ${missing}`),
        extra: await count(`from ${extra}`),
        examples: {
          missing: await rows(`from ${missing} limit 5`),
          extra: await rows(`from ${extra} limit 5`),
        },
      };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function typesOf(rows: Oracle['rows'], table: string): Promise<Map<string, string>> {
  const described = await rows(`describe ${identifier(table)}`);
  return new Map(described.map((column) => [String(column.column_name), String(column.column_type)]));
}

async function columnsOf(rows: Oracle['rows'], table: string): Promise<string[]> {
  return [...(await typesOf(rows, table)).keys()];
}

/** A column cast to the expected type, so that an int16 equals an int32 and an instant its UTC time. */
function comparable(column: string, types: ReadonlyMap<string, string>): string {
  const type = types.get(column) ?? 'VARCHAR';
  // An instant with a zone becomes its UTC wall time: the session's time zone is UTC.
  return `cast(${identifier(column)} as ${type}) as ${identifier(column)}`;
}

/** SQL text literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
