/** The sides that several contests share: trips through the whole pipeline, and through `\copy`. */

import type { Side } from '../rounds/rounds.ts';
import type { Arena, Input } from './arena.ts';
import { flatCopySide } from './flat-copy.ts';
import { benchDefinition, ingestSide } from './ingest-side.ts';
import { mustAgree, sumsOfLake, sumsOfStar, type TripSums } from './trip-sums.ts';

export const tripColumns = ['region', 'origin_coord', 'destination_coord', 'datetime', 'datasource'];

export type Layout = 'rows' | 'packed';

/** `rows` in the name: a contest may compare two sizes, or two layouts of the facts. */
export async function tripsPipeline(
  arena: Arena,
  { rows = arena.rows, layout = 'rows' }: { readonly rows?: number; readonly layout?: Layout } = {},
): Promise<Side> {
  const input = await arena.trips(rows);
  const what = `${rows.toLocaleString('en')} trips${layout === 'packed' ? ', packed' : ''}`;
  return ingestTrips(arena, input, await arena.tripSums(input), what, layout);
}

/** The same trips in a gzip file of one member, as `gzip` writes it. */
export async function tripsGzip(arena: Arena): Promise<Side> {
  const input = await arena.trips();
  const compressed = await arena.gzip(input);
  const what = `${input.rows.toLocaleString('en')} trips in a gzip file`;
  return ingestTrips(arena, compressed, await arena.tripSums(input), what);
}

function ingestTrips(
  arena: Arena,
  input: Input,
  sums: TripSums,
  what: string,
  layout: Layout = 'rows',
): Side {
  return ingestSide(arena, input, {
    what,
    dataset: 'trips',
    ...(layout === 'packed' && { only: [benchDefinition('packed/trips')] }),
    verify: async ({ client, lake }) => {
      mustAgree('star', await sumsOfStar(client), sums);
      mustAgree('lake', await sumsOfLake(`${lake}/trips`), sums);
    },
  });
}

export async function tripsFlatCopy(arena: Arena): Promise<Side> {
  const input = await arena.trips();
  return flatCopySide(arena, input, {
    what: `${input.rows.toLocaleString('en')} trips`,
    columns: tripColumns,
    check: tripBytes(input),
  });
}

/** Every byte of the file is a letter of a field, one of five separators of its row, or of the header. */
function tripBytes(input: Input): { sql: string; is: string } {
  const header = `${tripColumns.join(',')}\n`.length;
  const fields = tripColumns.map((name) => `octet_length(${name})`).join(' + ');
  return { sql: `sum(${fields})`, is: String(input.bytes - header - input.rows * tripColumns.length) };
}
