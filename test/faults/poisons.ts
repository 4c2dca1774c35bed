/** A chunk that is the end of every worker that takes it, however: the same expectations. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from '../cli/run.ts';
import { type Backend, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';
import { contentOf, workersInherit } from './support.ts';

const deaths = 3;
const chunkBytes = 4096;
const rows = 2000;
/** In the middle of the file: chunks before and after it are loaded. */
const poisonous = 1000;

/** A dataset whose enrichment does `poison` at one value. */
function definition(folder: string, poison: string): string {
  const path = join(folder, 'parcels.ts');
  const source = `import { bigint, compute, defineDataset, text } from '${root}dist/model/index.js';
    export default defineDataset({
      name: 'parcels',
      columns: { id: bigint({ required: true }), note: text() },
      enrich: (c) => ({
        weight: compute('text', [c.note], (note) => {
          if (note === 'poison') { ${poison} }
          return note;
        }),
      }),
      star: { fact: 'fact_parcel', columns: ['id', 'note'] },
    });`;
  writeFileSync(path, source);
  return path;
}

function parcels(from: number, poisonedAt: number | null): string {
  const line = (id: number) => `${id},${id === poisonedAt ? 'poison' : 'a parcel of no importance'}\n`;
  return `id,note\n${Array.from({ length: rows }, (_, i) => line(from + i)).join('')}`;
}

/**
 * Drops a file with a poisonous row and a sound one. `poison`: JavaScript that ends or hangs a process. The
 * first file must fail for it, and leave nothing, and the second must be loaded.
 */
export async function expectGivenUp(
  backend: Backend,
  poison: string,
  env: Record<string, string> = {},
): Promise<void> {
  const folder = tempFolder();
  workersInherit({
    LANDFALL_LOCK_MS: '1000',
    LANDFALL_LOST_WORKERS: String(deaths),
    ...env,
  });
  const site = await testSite({
    backend,
    folder,
    workers: 2,
    chunkBytes,
    datasets: [definition(folder, poison)],
  });
  try {
    const staged = tempFolder();
    mkdirSync(join(folder, 'landing', 'parcels'), { recursive: true });
    writeFileSync(join(staged, 'poisoned.csv'), parcels(1, poisonous));
    writeFileSync(join(staged, 'sound.csv'), parcels(rows + 1, null));
    const [poisoned, sound] = await Promise.all([
      site.drop('parcels', join(staged, 'poisoned.csv')),
      site.drop('parcels', join(staged, 'sound.csv')),
    ]);
    expect(sound).toMatchObject({ status: 'done', rows: { loaded: rows } });
    expect(poisoned).toMatchObject({ status: 'failed', error: { code: 'LF_CHUNK_KILLS' } });
    const { chunk_id, number, byte_start, byte_end } = await failedChunk(site);
    expect(poisoned.error!.message).toContain(
      `Chunk ${number} of poisoned.csv (bytes ${byte_start} to ${byte_end}) was given up: ${deaths} workers`,
    );
    expect(await site.query('select count(*)::int as rows from star.fact_parcel')).toEqual([{ rows }]);
    const facts = await site.query('select 1 from star.fact_parcel where chunk_id = $1', [chunk_id]);
    expect(facts).toEqual([]);
    const parts = await site.query<{ path: string }>('select path from landfall.part order by path');
    const objects = [...contentOf(join(folder, 'lake')).keys()].filter((path) => !path.startsWith('.'));
    expect(objects.sort()).toEqual(parts.map(({ path }) => path));
    // Nobody else was held to be at fault, whoever sat beside the chunk when it killed their worker.
    const suspects = await site.query("select 1 from landfall.chunk where error->>'code' = 'LF_CHUNK_KILLS'");
    expect(suspects).toHaveLength(1);
  } finally {
    await site.close();
  }
}

async function failedChunk(site: Awaited<ReturnType<typeof testSite>>) {
  const [chunk] = await site.query<{
    chunk_id: number;
    number: number;
    byte_start: number;
    byte_end: number;
  }>(`select chunk_id, number, byte_start, byte_end from landfall.chunk where error is not null`);
  return chunk;
}
