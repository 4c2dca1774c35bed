/** The worker that unpacks a file, killed with -9 in the middle of it: another starts over. */
import { createReadStream, createWriteStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { generatedTrips, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';

/** Enough for workers to say several times, at two times a second, that they are unpacking. */
const rows = 1_000_000;

it('ends with exactly the rows of the file and nothing in the spool', { timeout: 300_000 }, async () => {
  const folder = tempFolder();
  const packed = join(folder, 'trips.csv.gz');
  const plain = await generatedTrips(folder, 'trips.csv', rows);
  await pipeline(createReadStream(plain), createGzip({ level: 1 }), createWriteStream(packed));
  const site = await testSite({ backend: 'postgres', workers: 2, chunkBytes: 4 << 20 });
  try {
    const killed = new Promise<number>((resolve) => {
      let stop: (() => void) | undefined;
      let done = false;
      stop = site.hub.subscribe((message) => {
        const workers = message.type === 'snapshot' ? message.state.workers : (message.workers ?? []);
        // A scan that has read some of the file: no row of it has been parsed yet.
        const unpacking = workers.find(({ slots }) =>
          slots.some((slot) => slot.step === 'reading' && slot.bytesRead > 0 && slot.rows === 0),
        );
        if (!unpacking || done) return;
        done = true;
        setImmediate(() => stop?.());
        process.kill(unpacking.pid, 'SIGKILL');
        resolve(unpacking.pid);
      });
    });
    const receipt = await site.drop('trips', packed);
    const victim = await killed;
    expect(site.pool!.pids()).not.toContain(victim);
    expect(receipt).toMatchObject({ status: 'done', layout: { compression: 'gzip' } });
    expect(receipt.rows).toEqual({ parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 });
    expect(receipt.chunks).toBeGreaterThan(4);
    const [star] = await site.query<{ rows: number }>('select count(*)::int as rows from star.fact_trip');
    expect(star.rows).toBe(rows);
    const spool = join(site.folder, 'lake/.landfall/spool');
    expect(readdirSync(spool)).toEqual([]);
  } finally {
    await site.close();
  }
});
