/** Expected files, in every place where a person looks. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestSite } from '../site.ts';
import { asked, commandAt, salesFile, salesSite } from './sales-site.ts';

/** Progress follows the ledger. */
const waits = { timeout: 20_000 };

let site: TestSite | undefined;
afterEach(() => site?.close());

/** Due as soon as the day begins, so that it is late whenever the test runs. */
const daily = `expect: { every: '1d', by: '00:00', zone: 'UTC' },`;

/** Waits for the page. What is asked after that is told the same: a command takes seconds on a busy machine. */
async function toldWhen(open: TestSite, state: string) {
  const page = () =>
    open.hub.snapshot().state.freshness.map(({ dataset, state, missed }) => [dataset, state, missed]);
  await vi.waitFor(() => expect(page()[0]?.[1]).toBe(state), waits);
  const command = commandAt(open);
  return {
    page: page(),
    status: (await command('status')).stdout.split('\n').filter((line) => line.includes('sales: ')),
    json: JSON.parse((await command('status', '--json')).stdout).freshness[0].state,
    health: JSON.parse(await asked(open, '/healthz')),
    metrics: (await asked(open, '/metrics'))
      .split('\n')
      .filter((line) => /^landfall_dataset_(late|mis)/.test(line)),
  };
}

describe('expected files', () => {
  it('are late until one lands', async () => {
    const open = (site = await salesSite(daily));
    expect(await toldWhen(open, 'late')).toEqual({
      page: [['sales', 'late', 1]],
      status: [expect.stringMatching(/^! sales: late: no file for 1 window, since \d{4}-/)],
      json: 'late',
      health: { status: 'ok', leading: true },
      metrics: [
        'landfall_dataset_late{dataset="sales"} 1',
        'landfall_dataset_missed_windows{dataset="sales"} 1',
      ],
    });
    await open.drop('sales', salesFile(open, 'today.csv', '1,a,1'));
    expect(await toldWhen(open, 'fresh')).toEqual({
      page: [['sales', 'fresh', 0]],
      status: [expect.stringMatching(/^✓ sales: its file is there/)],
      json: 'fresh',
      health: { status: 'ok', leading: true },
      metrics: [
        'landfall_dataset_late{dataset="sales"} 0',
        'landfall_dataset_missed_windows{dataset="sales"} 0',
      ],
    });
  });

  it('warn when they bring unusually few rows', async () => {
    const open = (site = await salesSite(daily));
    await open.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, landed_at, seen_at, finished_at, rows_parsed)
       select 'sales', n || '.csv', 'file:///' || n, 'past', 'landing', 1, n, 'done', at, at, at, 1000 + n
       from generate_series(1, 9) n, lateral (select now() - n * interval '7 days' as at)`,
    );
    const receipt = await open.drop('sales', salesFile(open, 'few.csv', '1,a,1', '2,a,1'));
    expect(receipt.status).toBe('done');
    expect(receipt.checks.at(-1)).toEqual({
      ...{ name: 'volume', ok: false, severity: 'warn' },
      detail: '2 rows in the window; usual are 905 to 1,106, as in 9 windows like it',
    });
    await vi.waitFor(() => {
      const file = open.hub.snapshot().state.files.find(({ name }) => name === 'few.csv');
      expect(file?.findings.map(({ name }) => name)).toEqual(['volume']);
    }, waits);
  });
});
