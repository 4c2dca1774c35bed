/** The contract holds for the lake, for the star, and for a sink that nobody has planned for. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../../platform/storage/index.ts';
import { LakeSink } from '../../sinks/lake/lake-sink.ts';
import { StarSink } from '../../sinks/postgres/star-sink.ts';
import { tempFolder } from '../support/index.ts';
import { sinkConformance } from './conformance.ts';
import { readWithHyparquet } from './lake/support.ts';
import { NdjsonSink } from './ndjson-sink.ts';

sinkConformance('lake', async ({ pool }) => {
  const folder = join(tempFolder(), 'lake');
  const sink = new LakeSink(await openStorage(folder), pool);
  const files = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  };
  return {
    sink,
    async visible(fileId) {
      // Of a part that chunks share, the rows say which chunk they belong to.
      const parts = (await files()).filter(
        (path) => /\/lake\/trial\/(f\d+-|s\d+\.)/.test(path) && !staged(path),
      );
      const rows = await Promise.all(
        parts.map(async (path) => {
          const found = await readWithHyparquet(path, [{ name: 'id', logical: { type: 'integer' } }]);
          const [, own] = /\/f(\d+)-/.exec(path) ?? [];
          return found.filter(({ _chunk }) => Number(own ?? Math.floor(Number(_chunk) / 100)) === fileId);
        }),
      );
      return rows.flat().map(({ id }) => Number(id));
    },
    leftovers: async () => (await files()).filter(staged),
  };
});

function staged(path: string): boolean {
  return !path.endsWith('.parquet');
}

sinkConformance('star', async ({ pool }) => ({
  sink: new StarSink(pool),
  async visible(fileId) {
    const { rows } = await pool.query(
      `select id from star.fact_trial f
         join star.dim_region r using (region_key) join star.dim_hashed h using (hashed_key)
       where chunk_id between $1 and $2 and r.name is not distinct from h.name`,
      [100 * fileId, 100 * fileId + 99],
    );
    return rows.map(({ id }) => id);
  },
  async leftovers() {
    const { rows } = await pool.query(
      `select pid from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    return rows.map(({ pid }) => String(pid));
  },
}));

sinkConformance('test sink', async () => {
  const sink = new NdjsonSink(join(tempFolder(), 'ndjson'));
  return {
    sink,
    visible: (fileId) => sink.idsOf(fileId),
    leftovers: async () => (await sink.keys()).filter((name) => !name.endsWith('.ndjson')),
  };
});
