/** Versions of reference tables: the ledger keeps what a file is joined with, so that all its chunks get the same. */
import type pg from 'pg';
import type { FileLayout } from '../platform/layout.ts';
import type { ReferenceVersion } from '../platform/progress/progress.ts';
import { toJson } from './json.ts';
import { type Client, count, run } from './statements/run.ts';

/** The bytes of a reference table, and how they are read. */
export interface ReferenceContent {
  readonly layout: FileLayout;
  readonly content: Uint8Array;
}

/** Notes that a file is about to be planned with the version; null if the ledger does not have it. */
export async function useReference(pool: pg.Pool, version: string): Promise<ReferenceVersion | null> {
  const [row] = await run(pool, 'definitions/use-reference', [version]);
  return row === undefined ? null : { version, rows: row.rows };
}

/** Keeps a version, and removes older ones that are not needed any more. */
export async function saveReference(
  pool: pg.Pool,
  { dataset, name }: { readonly dataset: string; readonly name: string },
  { version, rows }: ReferenceVersion,
  { layout, content }: ReferenceContent,
): Promise<void> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  await count(pool, 'definitions/save-reference', [version, dataset, name, toJson(layout), bytes, rows]);
  await count(pool, 'definitions/forget-references', [dataset, name]);
}

/** Notes that files are joined with these versions now, by the name of the table. */
export async function adoptReferences(
  client: Client,
  files: ReadonlyMap<number, Readonly<Record<string, ReferenceVersion>>>,
): Promise<void> {
  if (files.size > 0) await run(client, 'definitions/adopt-references', [toJson(Object.fromEntries(files))]);
}

/** What a version has; null if the ledger does not have it. */
export async function referenceContent(pool: pg.Pool, version: string): Promise<ReferenceContent | null> {
  const [row] = await run(pool, 'definitions/reference', [version]);
  return row === undefined ? null : { layout: row.layout as FileLayout, content: row.content };
}
