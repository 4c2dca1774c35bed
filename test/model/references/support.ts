/** Reference tables from texts. */
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import type { CompiledReference } from '../../../model/compiled.ts';
import { defineDataset, type Enrichment, text } from '../../../model/index.ts';
import { readReference } from '../../../model/references/read-reference.ts';
import type { ReferenceTable } from '../../../model/references/reference-table.ts';

/** The reference table that the enrichment joins, as a dataset compiles it. */
export function compiledOf(enrichment: (c: never) => Enrichment, key: unknown = text()): CompiledReference {
  const columns = { key: key as ReturnType<typeof text> };
  const enrich = (c: object) => ({ joined: enrichment(c as never) });
  return compileDataset(defineDataset({ name: 'd', columns, enrich, star: 'none' })).references![0];
}

export function tableOf(compiled: CompiledReference, csv: string): Promise<ReferenceTable> {
  const bytes = Buffer.from(csv);
  const layout = settleLayout(compiled.table, { name: compiled.name, bytes, whole: true })!;
  return readReference(compiled, layout, bytes);
}
