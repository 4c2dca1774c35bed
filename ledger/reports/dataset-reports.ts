/** A dataset as people are shown it: what its lake has, and what was loaded when. */
import { type Client, type Row, run } from '../statements/run.ts';

/** A folder of the lake, with the number of all of them. */
export type LakePartition = Row<'parts/partitions'>;

/** The partitions of a dataset's lake now, the last first, at most `most`. */
export function lakePartitions(client: Client, dataset: string, most: number): Promise<LakePartition[]> {
  return run(client, 'parts/partitions', [dataset, most]);
}

export type DayLoads = Row<'progress/loads-per-day'>;

/** What was loaded on each day in UTC since then, without days on which nothing was. */
export function loadsPerDay(client: Client, dataset: string, since: Date): Promise<DayLoads[]> {
  return run(client, 'progress/loads-per-day', [dataset, since]);
}
