/** What the page says of its connection where the server asks for a token that it no longer has. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describePage, findings, forgiveAll, openPage } from '../../browser.ts';
import { fileOf, type ScriptedServer, snapshotOf, startScripted } from '../../scripted.ts';

describePage('a page whose token is no longer known', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScripted(snapshotOf({ files: [fileOf({ fileId: 1 })] }));
  });
  afterEach(() => server.close());

  it.each(['light', 'dark'] as const)(
    'says so, and is live again when it has one (%s)',
    async (colorScheme) => {
      const page = await openPage(server.url, { colorScheme, viewport: { width: 375, height: 700 } });
      await page.getByText('Live', { exact: true }).waitFor();
      const asked = server.asked.length;
      server.lock(true);
      server.cut();
      await page.getByText('Token required', { exact: true }).waitFor();
      expect(server.asked.slice(asked)).toContain('/api/about');
      expect(await page.getByRole('button', { name: 'Enter it' }).count()).toBe(1);
      expect(await page.getByText('No news for').count()).toBe(0);
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      // The reader signs in on another page of this browser.
      server.lock(false);
      await page.getByText('Live', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Enter it' }).count()).toBe(0);
      await vi.waitFor(() => expect(server.opened.at(-1)).toMatch(/^\/progress\?epoch=/));
      // Each refused socket, and each refused question.
      forgiveAll('401');
      forgiveAll('HTTP Authentication failed');
    },
  );

  it('asks nothing of a server that is only gone for a moment', async () => {
    const page = await openPage(server.url);
    await page.getByText('Live', { exact: true }).waitFor();
    const asked = server.asked.length;
    server.cut();
    await page.getByText('Reconnecting').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(server.asked.slice(asked)).not.toContain('/api/about');
  });
});
