/**
 * Micro-benchmark of what workers add up for rollups, on one core: ns per row, beside a Map of texts as keys.
 *
 *   npm run bench:partials                      (after changes of sinks/postgres/partials/)
 *
 * It includes reading the inputs, numbering the groups, adding up, and encoding the pieces for COPY. It does not include
 * the server.
 */
import type { Vector } from '../../kernel/columns/vectors.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledRollup } from '../../model/compiled-rollup.ts';
import { defineDataset, float8, integer, timestamp } from '../../model/index.ts';
import { count, hourOf, median, sum, weekStart } from '../../model/language/rollups.ts';
import { ChunkInputs } from '../../sinks/postgres/partials/chunk-inputs.ts';
import { ChunkRollup } from '../../sinks/postgres/partials/chunk-rollup.ts';

const rowsOfBatch = 32_768;
const batches = 10;
const rounds = 5;

const random = (most: number) => Math.floor(Math.random() * most);
const whole = (make: (i: number) => number): Vector => ({
  kind: 'int32',
  length: rowsOfBatch,
  values: Int32Array.from({ length: rowsOfBatch }, (_, i) => make(i)),
  validity: null,
  nullCount: 0,
});

/** Distances between 49 × 49 places, as doubles with all their digits. */
const distances = Float64Array.from({ length: 2401 }, () => Math.random() * 12);

function someBatch(): Map<string, Vector> {
  const plain = { length: rowsOfBatch, validity: null, nullCount: 0 } as const;
  const localDay = Int32Array.from({ length: rowsOfBatch }, () => 17_600 + random(365));
  const localSecond = Int32Array.from({ length: rowsOfBatch }, () => random(86_400));
  const micros = BigInt64Array.from(localDay, (day, i) => BigInt(day * 86_400 + localSecond[i]) * 1_000_000n);
  const km = Float64Array.from({ length: rowsOfBatch }, () => distances[random(2401)]);
  return new Map<string, Vector>([
    ['region', whole(() => random(8))],
    ['place', whole(() => random(12_000))],
    ['route', whole(() => random(2401))],
    ['seconds', whole(() => 300 + random(2000))],
    ['km', { kind: 'float64', values: km, ...plain }],
    ['at', { kind: 'timestamp', values: micros, localDay, localSecond, ...plain }],
  ]);
}

const rollups: Readonly<Record<string, object>> = {
  'region: count': { by: ['region'], measures: { rows: count() } },
  'region, week: count': { by: ['region', weekStart('at')], measures: { rows: count() } },
  'region, hour: count': { by: ['region', hourOf('at')], measures: { rows: count() } },
  'place (12,000): count': { by: ['place'], measures: { rows: count() } },
  'route: count, sum of integers': { by: ['route'], measures: { rows: count(), time: sum('seconds') } },
  'route: count, sum of doubles': { by: ['route'], measures: { rows: count(), km: sum('km') } },
  'route: median of integers': { by: ['route'], measures: { half: median('seconds') } },
};

function compiled(rollup: object): CompiledRollup {
  const columns = {
    ...{ region: integer(), place: integer(), route: integer(), seconds: integer() },
    ...{ km: float8(), at: timestamp() },
  };
  const star = { fact: 'fact', columns: Object.keys(columns) };
  const definition = { name: 'rows', columns, star, marts: { one: { kind: 'rollup', ...rollup } } };
  return compileDataset(defineDataset(definition as never)).marts[0] as unknown as CompiledRollup;
}

/** ns per row of the fastest round. */
function fastest(run: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return (Math.min(...times) * 1e6) / (rowsOfBatch * batches);
}

const input = Array.from({ length: batches }, someBatch);

for (const [name, source] of Object.entries(rollups)) {
  const rollup = compiled(source);
  let bytes = 0;
  const ours = fastest(() => {
    bytes = 0;
    const inputs = new ChunkInputs();
    const worker = new ChunkRollup(1, rollup, inputs, (_, rows) => {
      bytes += rows.length;
    });
    for (const vectors of input) {
      inputs.next({ rows: rowsOfBatch, vectors }, []);
      worker.add(rowsOfBatch);
    }
    worker.flush();
  });
  const plain = fastest(() => byMap(source as { by: readonly (string | { column: string })[] }));
  const figures = [ours.toFixed(1).padStart(7), plain.toFixed(1).padStart(7), String(bytes).padStart(8)];
  console.log(`${name.padEnd(32)} ${figures[0]} ns   Map ${figures[1]} ns   ${figures[2]} bytes`);
}

/** Counts by a Map, whose keys are texts, as one would without this. */
function byMap({ by }: { readonly by: readonly (string | { column: string })[] }): void {
  const counts = new Map<string, number>();
  for (const vectors of input) {
    const columns = by.map((one) => {
      const vector = vectors.get(typeof one === 'string' ? one : one.column)!;
      return vector.kind === 'timestamp' ? vector.localDay : (vector as { values: Int32Array }).values;
    });
    for (let i = 0; i < rowsOfBatch; i++) {
      let key = '';
      for (const column of columns) key += `${column[i]} `;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
}
