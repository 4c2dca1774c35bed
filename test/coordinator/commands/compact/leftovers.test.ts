/** A lake in a bucket is compacted as one in a folder is. */
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { undoFile } from '../../../../coordinator/commands/undo.ts';
import { isBroken, verifyFiles } from '../../../../coordinator/commands/verify.ts';
import { openStorage } from '../../../../platform/storage/index.ts';
import { rowsByChunk } from '../../../../sinks/lake/shared/chunk-rows.ts';
import { tempFolder } from '../../../support/index.ts';
import { contextOf } from '../../support.ts';
import { CompactedSite } from './support.ts';

let server: FauxqsServer;
let site: CompactedSite;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('landfall-compact');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.address);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const folder = tempFolder();
  const stores = { landingUrl: `${folder}/landing`, archiveUrl: `${folder}/archive` };
  const settings = { ...stores, failedUrl: `${folder}/failed`, stopMs: 10_000, lockMs: 10_000 };
  site = await CompactedSite.open({ settings: { ...settings, lakeUrl: 's3://landfall-compact/lake' } });
});
afterAll(async () => {
  await site.rig.close();
  await server.stop();
  vi.unstubAllEnvs();
});

it('has the same rows of each chunk, and no object more', async () => {
  for (const from of [1, 101, 201]) await site.load(`${from}.csv`, from, 20);
  const context = await contextOf(site.rig);
  const expectRows = async (parts: number) => {
    const { rows } = await site.rig.database.pool.query<{ path: string; bytes: number }>(
      'select path, bytes::int from landfall.shared_part order by path',
    );
    expect(rows).toHaveLength(parts);
    const counts = new Map<number, number>();
    for (const part of rows)
      for (const [chunk, count] of await rowsByChunk(context.lake, part))
        counts.set(chunk, (counts.get(chunk) ?? 0) + count);
    const star = await site.rig.database.pool.query<{ chunk_id: number; n: number }>(
      'select chunk_id, count(*)::int as n from star.fact_sale group by 1',
    );
    expect(counts).toEqual(new Map(star.rows.map(({ chunk_id, n }) => [chunk_id, n])));
    const lake = await openStorage(site.rig.config.lakeUrl);
    const keys: string[] = [];
    for await (const { key } of lake.list()) keys.push(key);
    expect(keys.filter((key) => !key.startsWith('.')).sort()).toEqual(rows.map(({ path }) => path));
    const done = (await site.rig.column(
      "select file_id from landfall.file where state = 'done'",
    )) as number[];
    expect((await verifyFiles(context, done)).filter(isBroken)).toEqual([]);
  };
  expect((await site.compact()).partitions.compacted).toBe(3);
  await expectRows(3);
  await undoFile(context, 2, 'a test');
  expect((await site.compact()).rowsDropped).toBe(20);
  await expectRows(3);
});
