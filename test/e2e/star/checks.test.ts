/** Checks over files and groups: what blocks, and what people are told of. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestSite } from '../site.ts';
import { asked, commandAt, salesFile, salesSite } from './sales-site.ts';

const checks = `checks: {
    negative: check('select id, amount from {facts} where amount < 0', { over: 'file' }),
    cheap: check('select id, amount from {facts} where amount = 0', { over: 'file', severity: 'warn' }),
    crowded: check('select shop, count(*) as sales from star.fact_sale where {touched(shop)} group by 1 having count(*) > 3', { over: 'groups', severity: 'info' }),
    faulty: check('select amount / 0 from {facts} where shop = $$z$$', { over: 'file', severity: 'warn' }),
  },`;

/** Progress follows the ledger. */
const waits = { timeout: 20_000 };

let site: TestSite | undefined;
afterEach(() => site?.close());

describe('checks', () => {
  it('block a file before anybody sees it, or are told of with it', async () => {
    const open = (site = await salesSite(checks));
    const command = commandAt(open);
    const fine = await open.drop('sales', salesFile(open, 'fine.csv', '1,a,4', '2,b,5'));
    expect(fine.checks.filter(({ ok }) => !ok)).toEqual([]);
    const negative = await open.drop('sales', salesFile(open, 'negative.csv', '3,a,-4'));
    expect(negative).toMatchObject({ status: 'failed', error: { code: 'LF_CHECK' } });
    expect(negative.error?.message).toContain('{"id":3,"amount":-4}');
    expect(await open.query('select count(*) from star.fact_sale')).toEqual([{ count: 2 }]);

    const cheap = await open.drop('sales', salesFile(open, 'cheap.csv', '4,a,0', '5,a,1', '6,a,1', '7,z,1'));
    expect(cheap.status).toBe('done');
    expect(cheap.checks.filter(({ ok }) => !ok)).toEqual([
      { name: 'cheap', ok: false, severity: 'warn', detail: '{"id":4,"amount":0}' },
      { name: 'crowded', ok: false, severity: 'info', detail: '{"shop":"a","sales":4}' },
      { name: 'faulty', ok: false, severity: 'warn', detail: 'it cannot be run: division by zero' },
    ]);
    await vi.waitFor(async () => {
      const metrics = (await asked(open, '/metrics'))
        .split('\n')
        .filter((line) => line.startsWith('landfall_check'));
      expect(metrics).toEqual([
        'landfall_check_not_holding{dataset="sales",check="cheap",severity="warn"} 1',
        'landfall_check_not_holding{dataset="sales",check="crowded",severity="info"} 1',
        'landfall_check_not_holding{dataset="sales",check="faulty",severity="warn"} 1',
      ]);
    }, waits);
    expect((await command('status')).stdout).toMatch(/cheap\.csv .* warn cheap, info crowded, warn faulty/);

    const other = await command('ingest', salesFile(open, 'b.csv', '8,b,0'), '--dataset', 'sales');
    expect(other.code).toBe(0);
    expect(other.stdout).toContain('  ! cheap: {"id":8,"amount":0}\n');
    expect(other.stdout).not.toContain('crowded');
    await vi.waitFor(() => {
      const file = open.hub.snapshot().state.files.find(({ name }) => name === 'b.csv');
      expect(file?.findings).toEqual([{ name: 'cheap', severity: 'warn', detail: '{"id":8,"amount":0}' }]);
    }, waits);
  });

  it('are told of the right one of small files that end together', async () => {
    const open = (site = await salesSite(checks));
    const files = Array.from({ length: 30 }, (_, n) =>
      open.drop('sales', salesFile(open, `f${n}.csv`, `${n},shop ${n},${n === 7 ? 0 : n === 9 ? -1 : 1}`)),
    );
    const receipts = await Promise.all(files);
    const told = receipts.map(({ status, checks }) => [status, checks.find(({ ok }) => !ok)?.name ?? '']);
    expect(told.filter(([status, name]) => status !== 'done' || name !== '')).toEqual([
      ['done', 'cheap'],
      ['failed', 'negative'],
    ]);
    expect(told[7]).toEqual(['done', 'cheap']);
  });
});
