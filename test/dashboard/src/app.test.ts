/** Every view in a browser: on a site whose names and texts are as long as may be, and on one that has nothing. */
import { afterEach, expect, it } from 'vitest';
import { turnsOf } from '../../support/turn.ts';
import { describePage, findings, forgiveAll, openPage } from '../browser.ts';
import { illegible } from '../legible.ts';
import { answerFully, dataset, fullState } from '../longest.ts';
import { type ScriptedServer, snapshotOf, startScripted } from '../scripted.ts';

const sizes = [
  [375, 'light'],
  [768, 'dark'],
  [1440, 'light'],
  [2560, 'dark'],
] as const;
/** One page after the other takes half a minute for a size. */
const played = turnsOf(sizes, 'sizes');

describePage('a view', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  it.each(played)(
    'can be read where names, texts and numbers are at their limits, at %i px, %s',
    { timeout: 300_000 },
    async (width, colorScheme) => {
      server = await startScripted(fullState());
      answerFully(server);
      const faults: Record<string, string[]> = {};
      // One file in flight, one that is done, one that failed; names in each script.
      const files = ['/files/10', '/files/22', '/files/33'];
      for (const path of [
        '/',
        '/files',
        ...files,
        '/datasets',
        `/datasets/${dataset}`,
        '/sources',
        '/workers',
      ]) {
        const page = await openPage(server.url + path.slice(1), {
          viewport: { width, height: 900 },
          colorScheme,
        });
        await page.waitForLoadState('networkidle');
        if (path === `/datasets/${dataset}`) {
          await page.getByRole('button', { name: 'Run' }).click();
          await page.getByText(/^2 rows in/).waitFor();
        }
        const found = await illegible(page);
        if (found.length > 0) faults[path] = found;
        await page.close();
      }
      expect(faults).toEqual({});
    },
  );

  it.each(played)('of a site that has nothing says what to do, at %i px, %s', async (width, colorScheme) => {
    server = await startScripted(snapshotOf({ definitions: { datasets: [], broken: [] } }));
    server.answers.set('/api/files', { files: [], next: null });
    server.answers.set('/api/datasets', { datasets: [] });
    for (const [path, words] of [
      ['/', ['landfall init file.csv', 'choose files…', 'How to start one']],
      ['/files', ['No file has landed yet', 'Drop one on the page']],
      ['/files?state=done', ['No file matches', 'show all files']],
      ['/files/7', ['There is no file 7', 'All files']],
      ['/datasets', ['No dataset is defined', 'landfall init file.csv', 'drop a file on the page']],
      ['/sources', ['No definition has a source', 'sources of defineDataset']],
      ['/workers', ['landfall up starts workers', 'landfall worker']],
    ] as const) {
      const options = { viewport: { width, height: 900 }, colorScheme };
      const page = await openPage(server.url + path.slice(1), options, 'main :is(h1, h2)');
      for (const one of words) await expect.poll(() => page.locator('main').textContent()).toContain(one);
      expect(await illegible(page), path).toEqual([]);
      expect(await findings(page), path).toEqual([]);
      await page.close();
    }
    forgiveAll('404');
  });
});
