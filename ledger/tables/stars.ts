/** Stars as earlier definitions of a dataset had them, and as they are in the database. */
import type { CompiledStar } from '../../model/compiled.ts';
import { type Client, type Row, run } from '../statements/run.ts';

/** The stars of all versions of a dataset's definition that were used. */
export async function earlierStars(client: Client, dataset: string): Promise<CompiledStar[]> {
  const rows = await run(client, 'definitions/earlier-stars', [dataset]);
  return rows.map(({ star }) => ({ keyed: null, ...(star as Omit<CompiledStar, 'keyed'>) }));
}

/** Tables of one schema, by their names. */
export interface TableNames {
  readonly schema: string;
  readonly tables: readonly string[];
}

/** A column of a table that exists. */
export type StarColumn = Row<'definitions/star-columns'>;

/** Columns of those of the tables that exist, in order. */
export function starColumns(client: Client, { schema, tables }: TableNames): Promise<StarColumn[]> {
  return run(client, 'definitions/star-columns', [schema, tables]);
}

/** A view that reads tables of a star. */
export type DependentView = Row<'definitions/dependent-views'>;

/** Views that read these tables, directly or through others, those that nothing else reads first. */
export function dependentViews(client: Client, { schema, tables }: TableNames): Promise<DependentView[]> {
  return run(client, 'definitions/dependent-views', [schema, tables]);
}

/** Datasets that have files, loaded or under way, whose definition has the dimension table. */
export async function tableUsers(client: Client, schema: string, table: string): Promise<string[]> {
  return (await run(client, 'definitions/table-users', [schema, table])).map(({ dataset }) => dataset);
}

/** The query of datasets' loaded files, for a person to run: the name of a dataset has no quote in it. */
export function loadedFilesQuery(datasets: readonly string[]): string {
  const names = datasets.map((name) => `'${name}'`).join(', ');
  const which = datasets.length === 1 ? `= ${names}` : `in (${names})`;
  return `select file_id from landfall.file where dataset ${which} and state = 'done' order by file_id`;
}

/** Gives all files of a dataset that are done this version of its definition: the star has their rows as it says. */
export async function adoptDefinition(client: Client, dataset: string, version: string): Promise<void> {
  await run(client, 'definitions/adopt-definition', [dataset, version]);
}

/** Names of the marts that any version of a dataset's definition has had. */
export async function martNames(client: Client, dataset: string): Promise<string[]> {
  return (await run(client, 'definitions/mart-names', [dataset])).map(({ name }) => name!);
}
