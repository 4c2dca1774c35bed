/**
 * Micro-benchmark of the kernel alone, on one core: trips rows from memory to all typed columns.
 *
 *   node dist/bench/kernel-speed.js [--rows 1000000] [--rounds 5] [--quoted]      (after npm run build)
 *
 * It includes points with full-precision doubles (15 to 17 digits), shuffled values, copying every byte into the
 * kernel as a read would, and adding up the columns of every batch (sums are printed). It does not include the disk,
 * enrichment, or anything after the columns.
 */

import type { Vector } from '../kernel/columns/vectors.ts';
import { createKernel } from '../kernel/kernel.ts';
import { createScanner } from '../kernel/scan.ts';
import type { Batch, CopyField, KernelColumn, KernelPlan } from '../kernel/types.ts';

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};

const utc = {
  zone: 'UTC',
  utc: Float64Array.of(Number.MIN_SAFE_INTEGER),
  offset: Int32Array.of(0),
  ambiguous: 'reject',
  skipped: 'reject',
} as const;

const column = (name: string, type: KernelColumn['type']): KernelColumn => ({
  name,
  type,
  required: true,
  nulls: [''],
});

const plan: KernelPlan = {
  dialect: { delimiter: ',', quote: '"', trim: false },
  columns: [
    column('region', { kind: 'dictionary' }),
    column('origin', { kind: 'point', form: 'wkt' }),
    column('destination', { kind: 'point', form: 'wkt' }),
    column('datetime', { kind: 'timestamp', formats: ['yyyy-MM-dd HH:mm:ss'], zone: utc }),
    column('datasource', { kind: 'dictionary' }),
  ],
  fieldOfColumn: [0, 1, 2, 3, 4],
  fieldCount: 5,
};

/** Rows as the trips generator writes them: shortest text of random doubles around three cities. */
function makeRows(rows: number, quoted: boolean): Buffer {
  let seed = 12345;
  const draw = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 4294967296;
  // Two draws fill all bits of a double, so that texts are as long as in real data.
  const random = () => draw() + draw() / 4294967296;
  const cities = [
    ['Prague', 14.4, 50.05],
    ['Turin', 7.67, 45.05],
    ['Hamburg', 9.99, 53.55],
  ] as const;
  const sources = ['funny_car', 'baba_car', 'cheap_mobile', 'bad_diesel_vehicles', 'pt_search_app'];
  const q = quoted ? '"' : '';
  const parts: string[] = [];
  const buffers: Buffer[] = [];
  for (let i = 0; i < rows; i++) {
    const [city, lon, lat] = cities[(random() * 3) | 0];
    const point = () => `POINT (${lon + random() * 0.2} ${lat + random() * 0.1})`;
    const time = new Date(1525132800000 + Math.floor(random() * 365 * 86400) * 1000).toISOString();
    const at = `${time.slice(0, 10)} ${time.slice(11, 19)}`;
    parts.push(
      `${q}${city}${q},${q}${point()}${q},${q}${point()}${q},${q}${at}${q},${sources[(random() * 5) | 0]}\n`,
    );
    if (parts.length === 10000) buffers.push(Buffer.from(parts.splice(0).join('')));
  }
  buffers.push(Buffer.from(parts.join('')));
  return Buffer.concat(buffers);
}

/** One pass over the bytes; the sum shows that all of them were read. */
function parse(
  kernel: Awaited<ReturnType<typeof createKernel>>,
  bytes: Buffer,
  onBatch: (batch: Batch) => void,
): void {
  kernel.begin(plan, { byteStart: 0, skipBytes: 0 });
  let at = 0;
  while (true) {
    const batch = kernel.next();
    if (batch) {
      onBatch(batch);
      continue;
    }
    if (at === bytes.length) return;
    const space = kernel.inputSpace();
    const piece = bytes.subarray(at, at + Math.min(space.length, 1 << 20));
    space.set(piece);
    at += piece.length;
    kernel.filled(piece.length, at === bytes.length);
  }
}

function copyFields(vectors: readonly Vector[]): CopyField[] {
  type Of<K extends Vector['kind']> = Extract<Vector, { kind: K }>;
  const [region, origin, destination, time, source] = vectors as unknown as readonly [
    Of<'dictionary'>,
    Of<'point'>,
    Of<'point'>,
    Of<'timestamp'>,
    Of<'dictionary'>,
  ];
  const float8 = (values: Float64Array): CopyField => ({
    kind: 'float8',
    vector: { kind: 'float64', length: values.length, values, validity: null, nullCount: 0 },
  });
  const int4 = (values: Int32Array): CopyField => ({
    kind: 'int4',
    vector: { kind: 'int32', length: values.length, values, validity: null, nullCount: 0 },
  });
  return [
    { kind: 'timestamptz', vector: time },
    int4(region.values),
    int4(source.values),
    int4(time.localDay),
    int4(Int32Array.from(time.localSecond)),
    float8(origin.lon),
    float8(origin.lat),
    float8(destination.lon),
    float8(destination.lat),
    { kind: 'constant4', value: 7 },
  ];
}

async function main(): Promise<void> {
  const rows = option('rows', 1_000_000);
  const bytes = makeRows(rows, process.argv.includes('--quoted'));
  const kernel = await createKernel({
    inputBytes: option('input', 2 << 20),
    batchRows: option('batch', 32768),
  });
  const gigabytes = bytes.length / 1e9;
  const report = (name: string, seconds: number, note: string) =>
    console.log(
      `${name.padEnd(8)} ${(seconds * 1e3).toFixed(0).padStart(6)} ms  ${((seconds / rows) * 1e6).toFixed(3)} µs/row  ` +
        `${(gigabytes / seconds).toFixed(2)} GB/s  ${note}`,
    );
  for (let round = 0; round < option('rounds', 5); round++) {
    let parsed = 0;
    let sum = 0;
    let slowest = 0;
    let started = performance.now();
    let last = started;
    parse(kernel, bytes, (batch) => {
      parsed += batch.rows;
      const origin = batch.vectors[1] as Extract<Vector, { kind: 'point' }>;
      sum += origin.lon[0] + origin.lat[batch.rows - 1];
      slowest = Math.max(slowest, performance.now() - last);
      last = performance.now();
    });
    report(
      'parse',
      (performance.now() - started) / 1e3,
      `${parsed} rows, sum ${sum.toFixed(3)}, longest call ${slowest.toFixed(1)} ms`,
    );
    let encoding = 0;
    let encoded = 0;
    parse(kernel, bytes, (batch) => {
      const fields = copyFields(batch.vectors);
      started = performance.now();
      encoded += kernel.encodeCopyRows(fields, batch.rows).length;
      encoding += performance.now() - started;
    });
    report('copy', encoding / 1e3, `${encoded} bytes encoded`);
    started = performance.now();
    const scanner = await createScanner(plan.dialect, 0);
    scanner.update(bytes);
    const { lines } = scanner.finish();
    report('scan', (performance.now() - started) / 1e3, `${lines} lines`);
  }
}

await main();
