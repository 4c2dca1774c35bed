/** What the tests of datasets share: real input, and batches written down for the oracle. */
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { readHead } from '../../kernel/dialect/header.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Batch, CompiledDataset } from '../../model/compiled.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { convertFallbacks } from '../../model/enrich/fallback.ts';
import { matchHeader } from '../../model/file/match-header.ts';

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** CSV files of real data beside the repository, or null with a warning that names what is missing. */
export function realFiles(folder: 'citibike' | 'trips' | 'checkins'): string[] | null {
  const path = join(shared, folder);
  const files = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.csv')) : [];
  if (files.length > 0) return files.sort().map((name) => join(path, name));
  console.warn(`SKIPPED: tests on real data, because ${path} has no CSV files`);
  return null;
}

/** Text of row i for a CSV; undefined for null. */
function textOf(vector: Vector, i: number): string | undefined {
  if (!isValid(vector, i)) return undefined;
  switch (vector.kind) {
    case 'timestamp':
      return new Date(Number(vector.values[i]) / 1000).toISOString().slice(0, -1);
    case 'dictionary':
      return vector.dictionary.text(vector.values[i]);
    case 'utf8':
      return Buffer.from(vector.bytes.subarray(vector.offsets[i], vector.offsets[i + 1])).toString();
    case 'boolean':
      return vector.values[i] === 1 ? 'true' : 'false';
    case 'point':
    case 'uuid':
      throw new Error(`no text for ${vector.kind}`);
    default:
      return String(vector.values[i]);
  }
}

/** What came out of reading files through kernel and enrichment. */
export interface Enriched {
  readonly rows: number;
  readonly rejects: readonly { readonly column: number; readonly reason: number; readonly raw: string }[];
}

/**
 * Reads whole files through the kernel and the dataset's enrichments, and writes every column of the
 * lake, partitions included, to one CSV file. Days are written as dates.
 */
export async function writeEnriched(
  dataset: CompiledDataset,
  csvPaths: readonly string[],
  out: string,
): Promise<Enriched> {
  const columns = [...dataset.lake.partitionBy, ...dataset.lake.columns];
  const days = new Set(
    dataset.lake.columns.filter(({ logical }) => logical.type === 'date').map(({ name }) => name),
  );
  const csv = (text: string | undefined) => (text === undefined ? '' : `"${text.replaceAll('"', '""')}"`);
  const cell = (vector: Vector, name: string, i: number) => {
    const text = textOf(vector, i);
    if (text === undefined || !days.has(name) || vector.kind === 'timestamp') return csv(text);
    return csv(new Date(Number(text) * 86_400_000).toISOString().slice(0, 10));
  };
  await writeFile(out, `${columns.map(({ name }) => name).join(',')}\n`);
  const rejects: Enriched['rejects'][number][] = [];
  let rows = 0;
  for (const path of csvPaths) {
    for await (const batch of readBatches(dataset, path, rejects)) {
      const lines: string[] = [];
      for (let i = 0; i < batch.rows; i++) {
        lines.push(columns.map(({ name, vector }) => cell(batch.vectors.get(vector)!, name, i)).join(','));
      }
      rows += batch.rows;
      if (lines.length > 0) await appendFile(out, `${lines.join('\n')}\n`);
    }
  }
  return { rows, rejects };
}

/** Enriched batches of one file, read as one chunk. */
async function* readBatches(
  dataset: CompiledDataset,
  path: string,
  rejects: Enriched['rejects'][number][],
): AsyncGenerator<Batch> {
  const file = await open(path);
  try {
    const first = Buffer.alloc(64 * 1024);
    const { bytesRead } = await file.read(first, 0, first.length, 0);
    const dialect = {
      delimiter: dataset.dialect.delimiter === 'auto' ? ',' : dataset.dialect.delimiter,
      quote: dataset.dialect.quote,
      trim: dataset.dialect.trim,
    };
    const head = readHead(first.subarray(0, bytesRead), dialect);
    if (head === null) throw new Error(`no header in ${path}`);
    const plan = {
      dialect,
      columns: dataset.columns,
      fieldOfColumn: matchHeader(dataset, head.fields, head.fields.length),
      fieldCount: head.fields.length,
    };
    const kernel = await createKernel();
    kernel.begin(plan, { byteStart: 0, skipBytes: head.bytes });
    for (let position = 0, last = false; !last; ) {
      const space = kernel.inputSpace();
      const { bytesRead: length } = await file.read(space, 0, space.length, position);
      position += length;
      last = length === 0;
      kernel.filled(length, last);
      for (let batch = kernel.next(); batch !== null; batch = kernel.next()) {
        const converted = convertFallbacks(dataset, batch);
        rejects.push(...converted.rejects.map(({ column, reason, raw }) => ({ column, reason, raw })));
        yield enrichBatch(dataset, converted.vectors, converted.rows);
      }
    }
  } finally {
    await file.close();
  }
}
