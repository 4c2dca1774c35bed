/**
 * Settles which versions of its reference tables a file is joined with: those that they have when it is planned. The
 * ledger keeps what a version has, so that all chunks of the file are joined with the same, on whichever host and
 * however often they are tried.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { saveReference, useReference } from '../../ledger/reference-versions.ts';
import { canonical } from '../../model/compile/version.ts';
import type { CompiledDataset, CompiledReference } from '../../model/compiled.ts';
import { readReference, referenceBytesMost } from '../../model/references/read-reference.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ReferenceVersion } from '../../platform/progress/progress.ts';
import { fillFor, missingVariables } from '../../sources/fetching/fill.ts';
import { readQuery } from '../../sources/postgres/read-query.ts';
import type { Context } from '../context.ts';
import { settleLayout } from '../detect/settle-layout.ts';

/** The layout with the versions, which `newestReferences` reads. */
export async function withReferences(
  context: Pick<Context, 'pool'>,
  dataset: CompiledDataset,
  layout: FileLayout,
): Promise<FileLayout> {
  if (dataset.references === undefined) return layout;
  return { ...layout, references: await newestReferences(context, dataset) };
}

/**
 * Reads the reference tables of a dataset, and keeps their versions. By the name of the table.
 * Throws LF_REFERENCE_…, and LF_HEADER for a table that lacks a column.
 */
export async function newestReferences(
  context: Pick<Context, 'pool'>,
  { name: dataset, references = [] }: CompiledDataset,
): Promise<Record<string, ReferenceVersion>> {
  const versions: Record<string, ReferenceVersion> = {};
  for (const reference of references) versions[reference.name] = await settleOne(context, dataset, reference);
  crashPoint('plan.references-kept');
  return versions;
}

async function settleOne(
  { pool }: Pick<Context, 'pool'>,
  dataset: string,
  reference: CompiledReference,
): Promise<ReferenceVersion> {
  const { name, table } = reference;
  const content = await contentOf(dataset, reference);
  const layout = settleLayout(table, { name: `reference table ${name}`, bytes: content, whole: true })!;
  const hash = createHash('sha256')
    .update(canonical([name, table.version, reference.key, layout]))
    .update(content);
  const version = hash.digest('hex').slice(0, 16);
  const known = await useReference(pool, version);
  if (known !== null) return known;
  const { rows } = await readReference(reference, layout, content);
  await saveReference(pool, { dataset, name }, { version, rows }, { layout, content });
  return { version, rows };
}

async function contentOf(dataset: string, { name, from, env }: CompiledReference): Promise<Uint8Array> {
  if ('csv' in from) return readCsv(name, from.csv);
  const missing = missingVariables([{ env }], process.env);
  if (missing.length > 0)
    throw new LandfallError('LF_REFERENCE_ENV', { reference: name, dataset, names: missing.join(', ') });
  const { fill } = fillFor(dataset, { name, env, schedule: null }, null, process.env);
  return readQuery({ name, url: fill(from.url), query: from.query, bytesMost: referenceBytesMost });
}

async function readCsv(reference: string, csv: string): Promise<Uint8Array> {
  try {
    const handle = await open(fileURLToPath(csv));
    try {
      const { size } = await handle.stat();
      if (size > referenceBytesMost)
        throw new LandfallError('LF_REFERENCE_LARGE', { reference, most: `${referenceBytesMost >> 20} MiB` });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof LandfallError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new LandfallError('LF_REFERENCE_FILE', { reference, csv, reason }, { cause: error });
  }
}
