/** When files of a dataset landed, and how many rows they had. */
import { type Client, type Row, run } from '../statements/run.ts';

export type Arrival = Row<'arrivals/arrivals'>;

/** Files that are read at most: of a dataset with a file a minute, those of two weeks. */
const mostFiles = 20_000;

/** Files that landed since a time, newest first; without duplicates and those that another has taken the place of. */
export function arrivalsSince(client: Client, dataset: string, since: Date): Promise<Arrival[]> {
  return run(client, 'arrivals/arrivals', [dataset, since, mostFiles]);
}
