/** The reference tables that a chunk is joined with: the versions that its file was planned with. */
import type { Pool } from 'pg';
import { referenceContent } from '../../ledger/reference-versions.ts';
import type { CompiledDataset, CompiledReference } from '../../model/compiled.ts';
import { readReference } from '../../model/references/read-reference.ts';
import type { ReferenceTable } from '../../model/references/reference-table.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';

/** Tables that a process keeps; each has at most referenceBytesMost of text. */
const tablesKept = 8;

/** By version, which is a hash of the content; the one that was used last comes last. */
const tables = new Map<string, Promise<ReferenceTable>>();

/** The dataset, joined with the versions of the layout. The same one if it has no reference tables. */
export async function joinedWith(
  pool: Pool,
  dataset: CompiledDataset,
  { references: versions = {} }: Pick<FileLayout, 'references'>,
): Promise<CompiledDataset> {
  const { references = [] } = dataset;
  if (references.length === 0) return dataset;
  const found = new Map<string, ReferenceTable>();
  for (const reference of references)
    found.set(reference.name, await tableOf(pool, reference, versions[reference.name]?.version));
  const enrichments = dataset.enrichments.map((enrichment) => {
    const { joins } = enrichment;
    return joins === undefined ? enrichment : { ...enrichment, run: joins.bind(found.get(joins.reference)!) };
  });
  return { ...dataset, enrichments };
}

function tableOf(pool: Pool, reference: CompiledReference, version = 'none'): Promise<ReferenceTable> {
  const known = tables.get(version);
  const table = known ?? load(pool, reference, version);
  tables.delete(version);
  tables.set(version, table);
  if (known === undefined) table.catch(() => tables.delete(version));
  const [oldest] = tables.keys();
  if (tables.size > tablesKept) tables.delete(oldest);
  return table;
}

async function load(pool: Pool, reference: CompiledReference, version: string): Promise<ReferenceTable> {
  const stored = await referenceContent(pool, version);
  if (stored !== null) return readReference(reference, stored.layout, stored.content);
  const reason = `the ledger has no version ${version} of the reference table ${reference.name}`;
  throw new LandfallError('LF_INTERNAL', { reason });
}
