/**
 * What each codec of parts takes: bytes, and CPU of the lake's side of a row, on one core. Rounds alternate; CPU is the
 * median. It also counts the pages of column chunks. Without zstd in this Node, only Snappy is measured.
 *
 *   npm run bench:codecs                        (after changes of sinks/lake/parquet/)
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import citibike from '../../datasets/citibike/dataset.ts';
import trips from '../../datasets/trips/dataset.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { openFolder } from '../../platform/storage/folder.ts';
import { zstdCompress } from '../../platform/storage/node-zstd.ts';
import { openLakeChunk } from '../../sinks/lake/lake-chunk.ts';
import { openPart } from '../../sinks/lake/shared/stored-part.ts';
import { writeInput } from '../sides/inputs.ts';
import { batchesOf, layoutOf } from './kernel-batches.ts';

/** Rows of a chunk of 32 MiB, in each dataset. */
const subjects = [
  { source: trips, rows: 262_000 },
  { source: citibike, rows: 185_000 },
] as const;
const codecs = zstdCompress === null ? (['snappy'] as const) : (['snappy', 'zstd'] as const);
const rounds = 7;

interface Cost {
  readonly rows: number;
  readonly bytes: number;
  readonly cpuMicros: number;
  readonly columnChunks: number;
  readonly pages: number;
}

/** Writes the rows of a file as one chunk. */
async function write(dataset: CompiledDataset, path: string, folder: string): Promise<Cost> {
  const lake = await openFolder(folder, 'lake');
  const chunk = openLakeChunk({ dataset, lake, fileId: 1, chunkNumber: 0, fencingToken: 1 });
  let [rows, cpuMicros] = [0, 0];
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    cpuMicros += user + system;
    return result;
  };
  for (const parsed of batchesOf(await createKernel(), dataset, path, undefined, layoutOf(dataset, path))) {
    const batch = enrichBatch(dataset, parsed.vectors, parsed.rows);
    await timed(() => chunk.write(batch));
    rows += batch.rows;
  }
  const parts = await timed(() => chunk.finish());
  await timed(() => chunk.publish());
  const opened = await Promise.all(parts.map((part) => openPart(lake, part)));
  const columns = opened.flatMap(({ rowGroups }) => rowGroups.flatMap((group) => group.columns));
  return {
    ...{ rows, cpuMicros, columnChunks: columns.length },
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    pages: columns.reduce((sum, { dataPages }) => sum + dataPages, 0),
  };
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const folder = mkdtempSync(join(tmpdir(), 'landfall-codecs-'));
try {
  for (const { source, rows } of subjects) {
    const dataset = compileDataset(source);
    const path = join(folder, `${dataset.name}.csv`);
    await writeInput(dataset.name, { rows, seed: 1, out: path });
    const costs = new Map<string, Cost[]>(codecs.map((codec) => [codec, []]));
    for (let round = 0; round < rounds; round++)
      for (const compression of codecs) {
        const lake = { ...dataset.lake, compression };
        costs.get(compression)!.push(await write({ ...dataset, lake }, path, folder));
      }
    process.stdout.write(`${dataset.name}: ${rows} rows, ${statSync(path).size} bytes of CSV\n`);
    for (const [codec, found] of costs) {
      const [{ bytes, columnChunks, pages }] = found;
      const micros = median(found.map((cost) => cost.cpuMicros / cost.rows)).toFixed(3);
      const perRow = (bytes / rows).toFixed(1);
      process.stdout.write(
        `  ${codec.padEnd(6)} ${perRow} bytes a row, ${micros} µs of CPU a row; ${columnChunks} column chunks of ${pages} pages\n`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
