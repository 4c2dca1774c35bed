/** The application's tables as files, as they are at the end. `rows` is the number of users. */
import type { GeneratedFile, GenerateOptions } from '../generated.ts';
import { changesOf } from './app/changes.ts';
import { csvOf, latestOf } from './app/database.ts';

export function* generateSubscriptions({ rows, seed }: GenerateOptions): Generator<GeneratedFile> {
  for (const [table, latest] of latestOf(changesOf({ users: rows, seed })))
    yield { path: `${table}.csv`, buffers: csvOf(table, latest.values()) };
}
