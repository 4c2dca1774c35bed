/** What a token that may only look shows of what changes something. */
import { afterEach, expect, it } from 'vitest';
import { failedAttention } from '../../../../platform/progress/attention.ts';
import { describePage, findings, openPage } from '../../browser.ts';
import { fileOf, type ScriptedServer, snapshotOf, sourcesOf, startScripted } from '../../scripted.ts';

describePage('what changes something', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  const serve = async (role: string) => {
    const file = fileOf({ fileId: 1, name: 'a.csv', state: 'failed' });
    const sources = sourcesOf({ code: 'LF_X', message: 'No.', fix: 'Wait.' });
    server = await startScripted(snapshotOf({ files: [file], sources }));
    server.answers.set('/api/about', { version: '0.1.0', landing: '/srv', role });
    for (const { dataset, source } of sources)
      server.answers.set(`/api/sources/${dataset}/${source}/runs`, { runs: [] });
    const failed = failedAttention({ ...file, error: { code: 'LF_HEADER', message: 'No.', fix: 'Fix it.' } });
    server.answers.set('/api/attention', { attention: [{ ...failed, dismissed: null }] });
  };
  const places = [
    ['', 'choose files…'],
    ['', /^Dismiss/],
    ['sources', /^Run now/],
  ] as const;

  it.each(['view', 'operate'])('is shown to the role %s as it may be used', async (role) => {
    await serve(role);
    for (const [path, name] of places) {
      const page = await openPage(server.url + path);
      const button = page.getByRole('button', { name }).first();
      await button.waitFor();
      await expect.poll(() => button.isDisabled()).toBe(role === 'view');
      const reasons = await page.getByText('Your token may look, and change nothing').count();
      expect(reasons > 0).toBe(role === 'view');
      expect(await findings(page)).toEqual([]);
    }
  });
});
