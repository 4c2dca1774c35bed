import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FileActions } from '../../../coordinator/commands/file-actions.ts';
import { type Server, startServer } from '../../../coordinator/http/server.ts';
import { Ledger } from '../../../ledger/ledger.ts';
import { loadRegistry } from '../../../model/registry.ts';
import type { SnapshotMessage } from '../../../platform/progress/progress.ts';
import { describePage, openPage } from '../../dashboard/browser.ts';
import { snapshotOf } from '../../dashboard/scripted.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { numbers } from './numbers.ts';

describePage('the page of the API', () => {
  let database: TestDatabase;
  let server: Server;
  beforeAll(async () => {
    database = await testDatabase();
    server = await startServer({
      config: { host: '127.0.0.1', port: 0, token: 'secret', landingUrl: '/srv/landing' },
      hub: { attach: () => {}, snapshot: () => snapshotOf({}) as SnapshotMessage, watchers: () => 0 },
      ledger: new Ledger(database.pool),
      registry: await loadRegistry({ builtin: [numbers], paths: [] }),
      pool: database.pool,
      log: { error: () => {} },
      actions: {} as FileActions,
    });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  it('shows every address, and asks one, from this host alone', async () => {
    expect((await fetch(`${server.url}/api`)).status).toBe(401);
    const page = await openPage(`${server.url}/api?token=secret`);
    expect(page.url()).toBe(`${server.url}/api`);
    for (const path of [
      '/api/files/{id}/undo',
      '/api/attention/dismiss',
      '/api/datasets/numbers/queries/series',
    ])
      await page
        .locator('.opblock-summary-path', { hasText: path.split('/').at(-1) })
        .first()
        .waitFor();
    const about = page.locator('.opblock', { hasText: 'Version, landing folder' });
    await about.locator('.opblock-summary').click();
    await about.getByRole('button', { name: 'Execute' }).click();
    await about.locator('.live-responses-table', { hasText: '/srv/landing' }).waitFor();
  });
});
