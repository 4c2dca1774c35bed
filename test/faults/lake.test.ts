/** A lake that is full: a real file system of a few megabytes. Needs root, for the mount. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landfall } from '../cli/run.ts';
import { generatedTrips, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';
import { expectTrips, untilProgress, workersInherit } from './support.ts';

const rows = 100_000;
const diskBytes = 32 << 20;

/** Mounts a file system of `diskBytes`; false where this machine does not let us. */
function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env.LANDFALL_TEST_STRICT === '1') throw error;
    console.error('\nSKIPPING the test of a full disk: nothing can be mounted here\n');
    return false;
  }
}

describe('a full disk under the lake', () => {
  const lake = join(tempFolder(), 'lake');
  let mounted = false;
  beforeAll(() => {
    mkdirSync(lake);
    mounted = mount(lake);
  });
  afterAll(() => {
    if (mounted) execFileSync('umount', ['--lazy', lake]);
  });

  it('is waited out: the page and `landfall status` say why, and nothing is lost', {
    timeout: 120_000,
  }, async ({ skip }) => {
    if (!mounted) skip();
    workersInherit({ LANDFALL_LOCK_MS: '2000' });
    const filler = join(lake, '.filler');
    const site = await testSite({ backend: 'postgres', lakeUrl: lake, workers: 2, chunkBytes: 1 << 20 });
    try {
      const { bavail, bsize } = statfsSync(lake);
      writeFileSync(filler, Buffer.alloc(bavail * bsize - (1 << 20)));
      const receipt = site.drop('trips', await generatedTrips(tempFolder(), 'trips.csv', rows));
      const { outages, files } = await untilProgress(site, (state) => state.outages.length > 0);
      expect(outages).toMatchObject([{ with: 'lake', code: 'LF_STORAGE' }]);
      expect(outages[0].message).toMatch(/ENOSPC/);
      expect(files[0].state).toBe('loading');

      const env = { DATABASE_URL: site.database.url };
      const status = await landfall(['status'], { cwd: site.folder, env });
      expect(status.stdout).toMatch(/! trips\/trips\.csv: \d+ of its chunks wait: .*ENOSPC/);
      expect(
        JSON.parse((await landfall(['status', '--json'], { cwd: site.folder, env })).stdout).waiting,
      ).toEqual([
        expect.objectContaining({
          name: 'trips.csv',
          error: expect.objectContaining({ code: 'LF_STORAGE' }),
        }),
      ]);

      rmSync(filler);
      expect(await receipt).toMatchObject({ status: 'done', rows: { loaded: rows } });
      await untilProgress(site, (state) => state.outages.length === 0);
      await expectTrips(site, rows);
    } finally {
      await site.close();
    }
  });
});
