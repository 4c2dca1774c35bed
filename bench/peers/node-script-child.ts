/**
 * The obvious script: reads one row at a time as an object with csv-parse, and writes it with parquetjs-lite and with
 * INSERT statements of a thousand rows.
 */
import { createReadStream } from 'node:fs';
import pg from 'pg';
import { answer, receiveTask } from '../processes/children.ts';

interface Row {
  readonly region: string;
  readonly origin_coord: string;
  readonly destination_coord: string;
  readonly datetime: string;
  readonly datasource: string;
}

const rowsOfInsert = 1000;
const { path, out, databaseUrl } = await receiveTask<{ path: string; out: string; databaseUrl: string }>();
const name = 'csv-parse';
const { parse } = (await import(name)) as {
  parse(options: object): NodeJS.ReadWriteStream & AsyncIterable<Row>;
};

/** The part of parquetjs-lite that is used here. */
interface Parquet {
  readonly ParquetSchema: new (fields: Record<string, { type: string }>) => object;
  readonly ParquetWriter: {
    openFile(
      schema: object,
      path: string,
    ): Promise<{ appendRow(row: object): Promise<void>; close(): Promise<void> }>;
  };
}
const { default: parquet } = (await import('parquetjs-lite')) as unknown as { default: Parquet };

const number = { type: 'DOUBLE' };
const whole = { type: 'INT32' };
const text = { type: 'UTF8' };
const schema = new parquet.ParquetSchema({
  region: text,
  origin_lon: number,
  origin_lat: number,
  destination_lon: number,
  destination_lat: number,
  datetime: { type: 'TIMESTAMP_MILLIS' },
  datasource: text,
  year: whole,
  month: whole,
  day: whole,
  hour: whole,
  time_of_day: text,
  origin_cell: whole,
  destination_cell: whole,
});

const client = new pg.Client(databaseUrl);
await client.connect();
await client.query(`create schema if not exists star`);
await client.query(`create table star.fact_trip (region text, datasource text, datetime timestamptz,
  origin_cell integer, destination_cell integer)`);
const writer = await parquet.ParquetWriter.openFile(schema, out);

const point = (value: string) => value.slice(7, -1).split(' ').map(Number) as [number, number];
const cell = ([lon, lat]: [number, number]) =>
  Math.floor((lat + 90) / 0.01) * 36_000 + Math.floor((lon + 180) / 0.01);
const timesOfDay = ['night', 'morning', 'afternoon', 'evening'];

let waiting: unknown[][] = [];
async function insert(): Promise<void> {
  if (waiting.length === 0) return;
  const marks = waiting.map((row, i) => `(${row.map((_, j) => `$${i * row.length + j + 1}`).join(',')})`);
  await client.query(`insert into star.fact_trip values ${marks.join(',')}`, waiting.flat());
  waiting = [];
}

let rows = 0;
for await (const row of createReadStream(path).pipe(
  parse({ columns: true }) as never,
) as AsyncIterable<Row>) {
  const origin = point(row.origin_coord);
  const destination = point(row.destination_coord);
  const datetime = new Date(`${row.datetime.replace(' ', 'T')}Z`);
  const hour = datetime.getUTCHours();
  const cells = [cell(origin), cell(destination)];
  await writer.appendRow({
    region: row.region,
    origin_lon: origin[0],
    origin_lat: origin[1],
    destination_lon: destination[0],
    destination_lat: destination[1],
    datetime,
    datasource: row.datasource,
    year: datetime.getUTCFullYear(),
    month: datetime.getUTCMonth() + 1,
    day: datetime.getUTCDate(),
    hour,
    time_of_day: timesOfDay[Math.floor(hour / 6)],
    origin_cell: cells[0],
    destination_cell: cells[1],
  });
  waiting.push([row.region, row.datasource, datetime, cells[0], cells[1]]);
  if (waiting.length === rowsOfInsert) await insert();
  rows++;
}
await insert();
await writer.close();
await client.end();
await answer({ rows });
