/** Marts that cannot be refreshed are seen in every place where a person looks. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestSite } from '../site.ts';
import { asked, commandAt, salesFile, salesSite } from './sales-site.ts';

/** One that always works, one that divides by an amount, and one that calls a function. */
const marts = `marts: {
    per_shop: table('select shop, count(*) as sales from star.fact_sale group by 1', { uniqueKey: ['shop'] }),
    ratios: table('select id, 100 / amount as ratio from star.fact_sale'),
    doubled: table('select public.doubled(amount) as amount from star.fact_sale'),
  },`;

const functions = `
  create function public.times(n integer) returns integer language sql as 'select 2 * n';
  create function public.doubled(n integer) returns integer language plpgsql as 'begin return public.times(n); end'`;

let site: TestSite | undefined;
afterEach(() => site?.close());

async function opened(settings: Record<string, string> = {}): Promise<TestSite> {
  site = await salesSite(marts, settings);
  await site.query(functions);
  return site;
}

/** The places that tell of failing marts, apart from receipts and exit codes. */
async function told(open: TestSite) {
  const command = commandAt(open);
  return {
    page: open.hub.snapshot().state.marts.map(({ name, message }) => [name, message]),
    status: (await command('status')).stdout.split('\n').filter((line) => line.startsWith('✗')),
    json: JSON.parse((await command('status', '--json')).stdout).marts.map(
      ({ name }: { name: string }) => name,
    ),
    health: JSON.parse(await asked(open, '/healthz')),
    metrics: (await asked(open, '/metrics')).split('\n').filter((line) => /^landfall_mart/.test(line)),
  };
}

const waits = { timeout: 30_000 };

const nothing = {
  ...{ page: [], status: [], json: [], health: { status: 'ok', leading: true } },
  metrics: ['landfall_marts_failing 0'],
};

describe('a mart that cannot be refreshed', () => {
  it('is told of everywhere until it can be, and holds no other mart up', async () => {
    const open = await opened();
    const command = commandAt(open);
    await open.drop('sales', salesFile(open, 'good.csv', '1,a,4', '2,b,5'));
    expect(await told(open)).toEqual(nothing);

    const receipt = await open.drop('sales', salesFile(open, 'zero.csv', '3,a,0'));
    const message = 'The mart ratios of sales cannot be refreshed and keeps its old rows: division by zero.';
    expect(receipt).toMatchObject({
      status: 'done',
      marts: [{ name: 'ratios', due: null, error: { code: 'LF_MART_REFRESH', message } }],
    });
    await vi.waitFor(async () => {
      expect(await told(open)).toEqual({
        page: [['ratios', message]],
        status: [expect.stringMatching(/^✗ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: The mart ratios of sales/)],
        json: ['ratios'],
        health: { status: 'degraded', leading: true, martsFailing: 1 },
        metrics: [
          'landfall_marts_failing 1',
          expect.stringMatching(/^landfall_mart_failing_since_seconds{dataset="sales",mart="ratios"} \d{10}/),
          expect.stringMatching(/^landfall_mart_behind_since_seconds{dataset="sales",mart="ratios"} \d{10}/),
        ],
      });
    }, waits);
    expect(await open.query('select * from star.per_shop order by 1')).toEqual([
      { shop: 'a', sales: 2 },
      { shop: 'b', sales: 1 },
    ]);
    expect(await open.query('select count(*) from star.ratios')).toEqual([{ count: 2 }]);
    const { receipt: shown } = JSON.parse(await asked(open, `/api/files/${receipt.fileId}`));
    expect(shown.marts).toEqual(receipt.marts);
    const [, { fileId }] = JSON.parse(await asked(open, '/api/files')).files;
    await open.query(
      `update landfall.file set finished_at = finished_at - interval '5 minutes' where file_id = ${fileId}`,
    );
    expect(JSON.parse(await asked(open, `/api/files/${fileId}`)).receipt.marts).toBeUndefined();

    const ingested = await command('ingest', salesFile(open, 'more.csv', '4,a,1'), '--dataset', 'sales');
    expect(ingested.code).toBe(1);
    expect(ingested.stdout).toMatch(
      /✗ marts: ratios is behind since .*division by zero\. \[LF_MART_REFRESH\]/,
    );
    expect(ingested.stdout).toContain('✓ more.csv → sales: done');

    expect((await command('undo', 'zero.csv')).code).toBe(0);
    await vi.waitFor(async () => expect(await told(open)).toEqual(nothing), waits);
    expect(await open.query('select count(*) from star.ratios')).toEqual([{ count: 3 }]);
  });

  it('makes undo fail, and is refreshed with the next file and at the next start', async () => {
    const open = await opened();
    const command = commandAt(open);
    const receipt = await open.drop('sales', salesFile(open, 'good.csv', '1,a,4', '2,b,5'));
    expect(receipt.marts).toBeUndefined();
    await open.query('drop function public.times');
    const undone = await command('undo', 'good.csv', '--json');
    expect(undone.code).toBe(0);
    await open.query('insert into star.fact_sale values (9, $1, 9, 1)', ['a']);
    const second = await open.drop('sales', salesFile(open, 'two.csv', '3,a,4'));
    expect(second.marts).toMatchObject([{ name: 'doubled', error: { code: 'LF_MART_REFRESH' } }]);
    expect(second.marts?.[0].error?.message).toContain('function public.times(integer) does not exist');

    const again = await command('undo', 'two.csv', '--json');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout).marts).toMatchObject([{ name: 'doubled', code: 'LF_MART_REFRESH' }]);
    expect(again.stderr).toContain('✗ The mart doubled of sales cannot be refreshed');

    await open.query(
      `create function public.times(n integer) returns integer language sql as 'select 2 * n'`,
    );
    const other = await command('ingest', salesFile(open, 'three.csv', '5,a,4'), '--dataset', 'sales');
    expect(other.code).toBe(0);
    await vi.waitFor(async () => expect(await told(open)).toEqual(nothing), waits);
  });

  it('is an outage while another session holds a lock on it', async () => {
    const open = await opened();
    await open.drop('sales', salesFile(open, 'good.csv', '1,a,4'));
    const client = await open.database.pool.connect();
    await client.query(`begin; set local application_name = 'a report'; select * from star.ratios`);
    const command = commandAt(open, { LANDFALL_OUTAGE_TIMEOUT: '1' });
    const ingested = await command('ingest', salesFile(open, 'more.csv', '2,a,1'), '--dataset', 'sales');
    expect(ingested.code).toBe(1);
    expect(ingested.stdout).toMatch(/✗ marts: ratios is behind .*\(a report\).*\[LF_DATABASE_LOCKED\]/);
    expect((await told(open)).health).toEqual({ status: 'degraded', leading: true, martsFailing: 1 });
    await client.query('rollback');
    client.release();
    await open.drop('sales', salesFile(open, 'last.csv', '3,a,1'));
    await vi.waitFor(async () => expect(await told(open)).toEqual(nothing), waits);
    expect(await open.query('select count(*) from star.ratios')).toEqual([{ count: 3 }]);
  });
});

describe('a mart that may be old', () => {
  it('is not waited for by ingest, which says from when it is refreshed', async () => {
    const more = `marts: { totals: table('select sum(amount) as amount from star.fact_sale', { maxStale: '1h' }) },`;
    site = await salesSite(more);
    const command = commandAt(site);
    const first = await command('ingest', salesFile(site, 'one.csv', '1,a,4'), '--dataset', 'sales');
    expect([first.code, first.stdout.includes('marts:')]).toEqual([0, false]);
    expect(await site.query('select amount from star.totals')).toEqual([{ amount: 4 }]);
    const second = await command(
      'ingest',
      salesFile(site, 'two.csv', '2,a,4'),
      '--dataset',
      'sales',
      '--json',
    );
    expect(second.code).toBe(0);
    const [mart] = JSON.parse(second.stdout).receipt.marts;
    expect(mart).toMatchObject({ name: 'totals', error: null, due: expect.any(String) });
    expect(Date.parse(mart.due)).toBeGreaterThan(Date.now());
    expect(await site.query('select amount from star.totals')).toEqual([{ amount: 4 }]);
    expect((await command('undo', 'one.csv')).code).toBe(0);
    expect(await site.query('select amount from star.totals')).toEqual([{ amount: 4 }]);
    expect(await site.query('select count(*) from star.fact_sale')).toEqual([{ count: 1 }]);
  });
});
