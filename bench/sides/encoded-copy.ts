/**
 * Measures the limit of the server: the kernel encodes the fact rows of a trips file in advance into two files of
 * binary COPY, and two processes stream them into the fact table concurrently.
 */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import trips from '../../datasets/trips/dataset.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import { starDdl } from '../../sinks/postgres/ddl/ddl.ts';
import { Dimensions } from '../../sinks/postgres/dimensions/dimensions.ts';
import { factFields } from '../../sinks/postgres/facts/fact-fields.ts';
import { runTogether } from '../processes/children.ts';
import type { Measurement, Side } from '../rounds/rounds.ts';
import { batchesOf } from '../stages/kernel-batches.ts';
import { type Arena, type Input, withClient } from './arena.ts';
import { type CopyTarget, copyHeader, copyTrailer } from './copy-format.ts';
import { mustAgree, sumsOfStar, type TripSums } from './trip-sums.ts';

const child = fileURLToPath(new URL('../children/send-copy.js', import.meta.url));
const connections = 2;

export async function encodedCopySide(arena: Arena): Promise<Side> {
  const input = await arena.trips();
  const sums = await arena.tripSums(input);
  const dataset = compileDataset(trips);
  let files: readonly string[] | undefined;
  return {
    name: `binary COPY of ${input.rows.toLocaleString('en')} fact rows encoded beforehand, ${connections} connections`,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.emptyDatabase();
      await makeStar(arena, dataset);
      files ??= await encode(arena, input, dataset);
      return copyRound(arena, dataset, files, sums);
    },
  };
}

async function makeStar(arena: Arena, dataset: CompiledDataset): Promise<void> {
  await withClient(arena.databaseUrl, async (client) => {
    for (const statement of starDdl(dataset)) await client.query(statement);
  });
}

async function copyRound(
  arena: Arena,
  dataset: CompiledDataset,
  files: readonly string[],
  sums: TripSums,
): Promise<Measurement> {
  const star = dataset.star!;
  const target: CopyTarget = {
    schema: star.schema,
    table: star.fact,
    columns: star.columns.map(({ name }) => name),
  };
  try {
    for (const path of files) await arena.settle({ path, rows: 0, bytes: 0 });
    const serverBefore = arena.serverCpuSeconds();
    const run = await runTogether(
      child,
      files.map((path) => ({ databaseUrl: arena.databaseUrl, path, target })),
    );
    const serverCpuSeconds = arena.serverCpuSeconds() - serverBefore;
    mustAgree('COPY', await withClient(arena.databaseUrl, sumsOfStar), sums);
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    return { ...run, serverCpuSeconds, detail: { wireBytes: bytes } };
  } finally {
    await arena.emptyDatabase();
  }
}

/** Two files with about the same number of rows, made with the keys of the current star. */
async function encode(arena: Arena, input: Input, dataset: CompiledDataset): Promise<readonly string[]> {
  arena.say('  encoding the fact rows in advance\n');
  const paths = Array.from({ length: connections }, (_, number) =>
    join(arena.folder, `facts-${number}.copy`),
  );
  const outs = paths.map((path) => openSync(path, 'w'));
  const kernel = await createKernel();
  const database = connectDatabase(arena.databaseUrl);
  try {
    for (const out of outs) writeSync(out, copyHeader);
    const keys = new Dimensions(database.pool, dataset.star!).openChunk(kernel);
    let rows = 0;
    for (const parsed of batchesOf(kernel, dataset, input.path)) {
      const batch = enrichBatch(dataset, parsed.vectors, parsed.rows);
      const members = await keys.resolve(batch);
      const encoded = kernel.encodeCopyRows(factFields(dataset.star!, batch, members, 1), batch.rows);
      writeSync(outs[Math.floor((rows / input.rows) * connections)], encoded);
      rows += batch.rows;
    }
    await keys.finish();
    for (const out of outs) writeSync(out, copyTrailer);
  } finally {
    for (const out of outs) closeSync(out);
    await database.close();
  }
  return paths;
}
