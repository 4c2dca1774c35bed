/** Small datasets that pass every step: dimensions, partitions, rejects, two marts, a data check. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Rides {
  readonly formats?: readonly string[];
  readonly versions?: 'add' | 'replace';
  /** Whether an id may be there only once. */
  readonly unique?: boolean;
  /** False: the dataset has the lake alone. */
  readonly star?: boolean;
  /** As in a definition. Default: every row is a fact. */
  readonly mode?: string;
  /** Files are fetched from the site's feed. */
  readonly fetched?: boolean;
  /** Whether it has a rollup of each kind, and dimensions whose attributes follow the rows. */
  readonly derives?: boolean;
  /** Rows are joined with a reference table. */
  readonly joined?: boolean;
  /** As in a definition. Default: files are CSV. */
  readonly format?: string;
  /** Rejects that a file may have. */
  readonly rejects?: { readonly share?: number; readonly count?: number };
}

const paired = {
  versions: 'replace',
  mode: `upsert({ key: ['id'], orderBy: 'at' })`,
  derives: true,
} as const satisfies Rides;

/** Each with its own star, or none. */
export const datasets = {
  rides: {},
  unique_rides: { unique: true },
  versioned_rides: { versions: 'replace' },
  lake_rides: { versions: 'replace', star: false },
  /** What is seen of a file before it is given up is another each time. */
  strict_rides: { rejects: { count: 2 } },
  /** Rejects are replayed with other formats. */
  replayed_rides: {},
  /** The definition changes while a file of it is loaded. */
  renewed_rides: {},
  /** Of the rides with one id the latest is shown. */
  keyed_rides: { versions: 'replace', mode: `upsert({ key: ['id'], orderBy: 'at' })`, derives: true },
  /** Every change of the rider of a ride is a version. */
  history_rides: { mode: `history({ key: ['id'], orderBy: 'at', track: ['rider'] })`, derives: true },
  /** Every ride is shown, and rollups and members follow. */
  derived_rides: { versions: 'replace', derives: true },
  /** Files are snapshots of the rides of their riders; a file fails if one has lost many rides. */
  snapshot_rides: {
    mode: `snapshot({ key: ['id'], asOf: fromName('*-{date}.csv'), scope: ['rider'], maxDeleted: 0.1 })`,
    derives: true,
  },
  fetched_rides: { fetched: true },
  joined_rides: { joined: true },
  /** Rides of lines of JSON, and the legs in them: a file is loaded into both in one moment. */
  paired_rides: { ...paired, format: 'ndjson()' },
  paired_legs: { ...paired, format: `ndjson({ explode: '$.legs[*]', parent: 'paired_rides' })` },
} as const satisfies Readonly<Record<string, Rides>>;

export type DatasetName = keyof typeof datasets;

export const names = Object.keys(datasets) as DatasetName[];

/** Writes the definition of a dataset into `folder`. */
export function define(folder: string, name: DatasetName, options: Rides = datasets[name]): void {
  const { formats = ['yyyy-MM-dd HH:mm:ss'], versions = 'add', rejects = { share: 1 } } = options;
  const { star = true, mode = `'append'` } = options;
  const rules = options.unique ? 'rules: (c) => ({ one_id: unique([c.id]) }),' : '';
  const target = join(folder, name);
  const { joined = false } = options;
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'teams.csv'), 'digit,team\n0,Reds\n1,Blues\n2,Greens\n');
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { compute, count, countDistinct, dateDimension, defineDataset, fromName, history, http, integer, join, lookup, median, min, month, ndjson, reference, rollup, snapshot, sql, sum, text, timestamp, unique, upsert } from 'landfall';
const teams = reference({ name: 'teams', csv: new URL('teams.csv', import.meta.url), key: 'digit', columns: { digit: text(), team: text() } });
export default defineDataset({
  name: '${name}',
  ${options.format === undefined ? '' : `format: ${options.format},`}
  columns: {
    id: integer({ required: true }),
    rider: text({ required: true }),
    at: timestamp({ required: true, zone: 'UTC', formats: ${JSON.stringify(formats)} }),
  },
  enrich: (c) => ({
    month: month(c.at),
    ${joined ? `team: join(teams, compute('text', [c.rider], (rider) => rider.slice(-1)), 'team', { otherwise: 'none' }),` : ''}
  }),
  mode: ${mode},
  ${rules}
  lake: { partitionBy: ['month'] },
  ${star ? starOf(name, options) : "star: 'none',"}
  rejects: ${JSON.stringify(rejects)},
  versions: '${versions}',
  ${options.fetched ? `sources: { feed: http({ url: '{env:RIDES_URL}/{from:ms}', pages: { by: 'number', parameter: 'page' } }) },` : ''}
});
`,
  );
}

function starOf(name: DatasetName, { derives = false, joined = false }: Rides): string {
  const changing = `tour_${name}_key: lookup('tour_${name}', { name: 'rider' }, { ride: 'id' }, { attributes: 'history', by: 'at' }),`;
  const rolled = `${name}_rolled: rollup({ by: ['day_${name}_key'], measures: {
      rides: count(), ids: sum('id'), middle: median('id'), earliest: min('at'), different: countDistinct('id'),
      spread: sql('max(id) - min(id)', 'integer') } }),`;
  const latest = derives ? `{ ride: 'id' }, { attributes: 'latest', by: 'at' }` : '{}';
  return `star: {
    fact: 'fact_${name}',
    dimensions: {
      rider_${name}_key: lookup('rider_${name}', { name: 'rider' }, ${latest}),
      hashed_${name}_key: lookup('hashed_${name}', { name: 'rider' }, {}, { keys: 'hashed' }),
      day_${name}_key: dateDimension('day_${name}', 'at'),
      ${derives ? changing : ''}
    },
    columns: ['id', 'at'${joined ? ", 'team'" : ''}],
  },
  marts: {
    ${derives ? rolled : ''}
    ${name}_by_rider: { kind: 'table', uniqueKey: ['name'], sql:
    'select name, count(*)::int as rides from star.fact_${name} join star.rider_${name} using (rider_${name}_key) group by 1' },
    ${name}_by_day: { kind: 'table', uniqueKey: ['date'], sql:
    'select date, count(*)::int as rides from star.fact_${name} join star.day_${name} using (day_${name}_key) group by 1' } },
  checks: { none_refused: 'select id from star.fact_${name} join public.refused using (id)' },`;
}

/**
 * Rides with ids from `first` on; files that begin in different thousands have riders and years of their own. A
 * fifth of the rides have no time that is read; half of those are in another format.
 */
export function rides(first: number, count: number): string {
  const thousand = Math.floor(first / 1000);
  const year = 2000 + thousand;
  const lines = Array.from({ length: count }, (_, i) => {
    const id = first + i;
    const odd = { 3: `01.02.${year}`, 7: 'never' }[i % 10];
    return `${id},Rider ${thousand}-${id % 7},${odd ?? `${year}-0${1 + (id % 3)}-1${id % 10} 10:00:00`}`;
  });
  return `id,rider,at\n${lines.join('\n')}\n`;
}
