/** Where the rows of each dataset are, and the columns in which file, lake and star must agree. */
import { isKeyed, type KeyedDataset, type SoakDataset } from '../plan/types.ts';

/** Fact tables of the star. */
export const factTables: Readonly<Record<SoakDataset, string>> = {
  marks: 'star.fact_mark',
  notes: 'star.fact_note',
  lines: 'star.fact_line',
  documents: 'star.fact_document',
  orders: 'star.fact_order',
  tiers: 'star.fact_tier',
  stocks: 'star.fact_stock',
  trips: 'star.fact_trip',
  citibike: 'star.fact_ride',
};

/** The shown columns of events, in the form in which a fact and its kind have them. */
const eventFields = ['code', 'told_at', 'gone', 'label', 'kind_key', 'size', 'amount', 'price'];

/** A relation with every loaded row of the dataset: of events, those that the star shows and those that it does not. */
export function loadedFacts(dataset: SoakDataset): string {
  if (!isKeyed(dataset)) return factTables[dataset];
  const names = ['chunk_id', '_hash', ...eventFields].join(', ');
  const places = ['current', 'superseded'].map(
    (place) => `select ${names} from ${factTables[dataset]}_${place}`,
  );
  return `(${places.join(' union all ')})`;
}

/** Columns and their types, as DuckDB names them. */
export type Columns = Readonly<Record<string, string>>;

export interface Comparison {
  /** A query over the file that was made, which returns the expected rows. `$csv` stands for its path. */
  readonly expected: string;
  readonly lakeColumns: Columns;
  readonly starColumns: Columns;
  /** PostgreSQL: file_id and the star's columns. */
  readonly star: string;
}

const markColumns: Columns = {
  content: 'varchar',
  record: 'integer',
  byte_offset: 'bigint',
  noted_at: 'timestamp',
  amount: 'decimal(12, 2)',
  note: 'varchar',
};

const jsonColumns: Columns = { ...markColumns, exact: 'decimal(30, 12)' };

const marks = (fact: string, dimension: string, key: string, columns: Columns = markColumns): Comparison => ({
  expected: `select * from read_csv($csv, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    parallel = false, max_line_size = 4000000, columns = ${structOf(columns)})`,
  lakeColumns: columns,
  starColumns: columns,
  star: `select c.file_id, d.content, f.record, f.byte_offset, f.noted_at at time zone 'UTC', f.amount, f.note${'exact' in columns ? ', f.exact' : ''}
    from ${fact} f join landfall.chunk c using (chunk_id) join ${dimension} d on d.${key} = f.content_key`,
});

const tripPoint = (column: string, part: 1 | 2) =>
  `cast(string_split(${column}[8:-2], ' ')[${part}] as double)`;
const cell = (column: string) =>
  `cast(floor((${tripPoint(column, 2)} + 90) / 0.01) * 36000 + floor((${tripPoint(column, 1)} + 180) / 0.01) as integer)`;

const trips: Comparison = {
  expected: `select region, datetime, datasource,
      ${tripPoint('origin_coord', 1)} as origin_coord_lon, ${tripPoint('origin_coord', 2)} as origin_coord_lat,
      ${tripPoint('destination_coord', 1)} as destination_coord_lon, ${tripPoint('destination_coord', 2)} as destination_coord_lat,
      ${cell('origin_coord')} as origin_cell, ${cell('destination_coord')} as destination_cell
    from read_csv($csv, header = true, auto_detect = false, delim = ',', quote = '"', columns = {'region': 'varchar',
      'origin_coord': 'varchar', 'destination_coord': 'varchar', 'datetime': 'timestamp', 'datasource': 'varchar'})`,
  lakeColumns: {
    region: 'varchar',
    datetime: 'timestamp',
    datasource: 'varchar',
    origin_coord_lon: 'double',
    origin_coord_lat: 'double',
    destination_coord_lon: 'double',
    destination_coord_lat: 'double',
  },
  starColumns: {
    region: 'varchar',
    datetime: 'timestamp',
    datasource: 'varchar',
    origin_cell: 'integer',
    destination_cell: 'integer',
  },
  star: `select c.file_id, r.name, f.datetime at time zone 'UTC', s.name, f.origin_cell, f.destination_cell
    from star.fact_trip f join landfall.chunk c using (chunk_id)
    join star.dim_region r using (region_key) join star.dim_datasource s using (datasource_key)`,
};

const rideFields = `['duration', 'started', 'ended', 'start_id', 'start_name', 'start_lat', 'start_lon',
  'end_id', 'end_name', 'end_lat', 'end_lon', 'bike', 'rider', 'born', 'sex']`;

const rideColumns: Columns = {
  duration_seconds: 'integer',
  start_station_id: 'varchar',
  end_station_id: 'varchar',
  bike_id: 'integer',
  user_type: 'varchar',
  gender: 'integer',
  birth_year: 'integer',
  hour: 'integer',
};

const citibike: Comparison = {
  expected: `select cast(nullif(duration, 'NULL') as integer) as duration_seconds, nullif(start_id, 'NULL') as start_station_id,
      nullif(end_id, 'NULL') as end_station_id, cast(nullif(bike, 'NULL') as integer) as bike_id,
      nullif(rider, 'NULL') as user_type, cast(nullif(sex, 'NULL') as integer) as gender,
      cast(cast(nullif(born, 'NULL') as double) as integer) as birth_year,
      hour(coalesce(try_strptime(started, '%Y-%m-%d %H:%M:%S'), try_strptime(started, '%m/%d/%Y %H:%M'),
        strptime(started, '%m/%d/%Y %H:%M:%S'))) as hour
    from read_csv($csv, header = false, skip = 1, auto_detect = false, delim = ',', quote = '"', nullstr = '',
      columns = {${rideFields
        .slice(1, -1)
        .split(',')
        .map((name) => `${name.trim()}: 'varchar'`)
        .join(', ')}})`,
  lakeColumns: rideColumns,
  starColumns: rideColumns,
  star: `select c.file_id, f.duration_seconds, a.station_id, b.station_id, bike.bike_id, u.name, f.gender, f.birth_year, f.hour
    from star.fact_ride f join landfall.chunk c using (chunk_id)
    join star.dim_station a on a.station_key = f.start_station_key
    join star.dim_station b on b.station_key = f.end_station_key
    join star.dim_bike bike using (bike_key) join star.dim_user_type u using (user_type_key)`,
};

const eventColumns: Columns = {
  code: 'varchar',
  told_at: 'timestamp',
  gone: 'boolean',
  label: 'varchar',
  kind: 'varchar',
  size: 'integer',
  amount: 'double',
  price: 'decimal(9, 2)',
};

/** Joins the kinds of events as `k` to their facts `f`. */
export const kindJoins: Readonly<Record<KeyedDataset, string>> = {
  orders: 'join star.dim_order_kind k on k.order_kind_key = f.kind_key',
  tiers: 'join star.dim_tier_kind k on k.tier_kind_key = f.kind_key',
  stocks: 'join star.dim_stock_kind k on k.stock_kind_key = f.kind_key',
};

const events = (dataset: KeyedDataset): Comparison => ({
  expected: `select * from read_csv($csv, header = false, auto_detect = false, delim = ',', nullstr = '',
    columns = ${structOf(eventColumns)})`,
  lakeColumns: eventColumns,
  starColumns: eventColumns,
  star: `select c.file_id, f.code, f.told_at at time zone 'UTC', f.gone, f.label, k.name, f.size, f.amount, f.price
    from ${loadedFacts(dataset)} f join landfall.chunk c using (chunk_id) ${kindJoins[dataset]}`,
});

export const comparisons: Readonly<Record<SoakDataset, Comparison>> = {
  marks: marks(factTables.marks, 'star.dim_mark_content', 'mark_content_key'),
  notes: marks(factTables.notes, 'star.dim_note_content', 'note_content_key'),
  lines: marks(factTables.lines, 'star.dim_line_content', 'line_content_key', jsonColumns),
  documents: marks(factTables.documents, 'star.dim_document_content', 'document_content_key', jsonColumns),
  orders: events('orders'),
  tiers: events('tiers'),
  stocks: events('stocks'),
  trips,
  citibike,
};

/** Columns in the form that DuckDB's read_csv expects. */
export function structOf(columns: Columns): string {
  return `{${Object.entries(columns)
    .map(([name, type]) => `'${name}': '${type}'`)
    .join(', ')}}`;
}
