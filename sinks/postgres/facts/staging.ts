/**
 * Where the rows of a file are while it is loaded. If a version replaces another one, its facts wait in a separate
 * table until it is done, so that the star always contains exactly one of the two versions. The events of a keyed
 * dataset always wait: those of a large file in a table of its own, those of small files in one that they share.
 */

import pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import type { FileLink } from '../../../platform/progress/progress.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { tableExists } from '../ddl/table-exists.ts';
import { eventTableNames } from '../events/table-names.ts';
import { factsTable } from '../packed/packed-columns.ts';

/**
 * The star that the file is loaded into: its fact table takes rows, or tuples of packed rows. It may be the table in which
 * facts wait. `file`: null for a group of small files.
 */
export function loadingStar(
  star: CompiledStar,
  file: { readonly fileId: number; readonly link: FileLink['kind'] | null } | null,
): CompiledStar {
  return { ...star, fact: file?.link === 'replaces' ? stagingName(file) : factsTable(star) };
}

/**
 * The star that the events of a keyed dataset's file are loaded into. `file`: null for a group of small files. A file
 * without a table of its own shares one with the small ones.
 */
export async function loadingEvents(
  client: pg.ClientBase,
  star: CompiledStar,
  file: { readonly fileId: number } | null,
): Promise<CompiledStar> {
  const shared = { ...star, fact: eventTableNames(star.fact).staging };
  if (file === null) return shared;
  const hasOwn = await tableExists(client, stagingTable(star, file));
  return hasOwn ? { ...star, fact: stagingName(file) } : shared;
}

function stagingName({ fileId }: { readonly fileId: number }): string {
  return `_staging_f${fileId}`;
}

/** The file's own staging table, qualified and quoted. */
export function stagingTable({ schema }: CompiledStar, file: { readonly fileId: number }): string {
  return qualified(schema, stagingName(file));
}

/**
 * The statement that creates it. It has the columns of the facts, or of events that wait; the time of the file is the
 * same for all of them, and workers do not write it.
 */
export function stagingTableDdl(
  star: CompiledStar,
  file: { readonly fileId: number; readonly seenAt: Date },
): string {
  const { schema, fact, keyed } = star;
  const like = keyed === null ? factsTable(star) : eventTableNames(fact).staging;
  const landed = pg.escapeLiteral(file.seenAt.toISOString());
  const columns = [
    `like ${qualified(schema, like)} including defaults${star.layout === 'packed' ? ' including storage including indexes' : ''}`,
    ...(keyed?.seen === undefined ? [] : [`_landed timestamptz not null default ${landed}`]),
  ];
  return `create table if not exists ${stagingTable(star, file)} (${columns.join(', ')})`;
}
