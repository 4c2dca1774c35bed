/** What a person does with files, in a browser, on a real coordinator: each with its numbers before and after. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServed, type Served } from '../../../coordinator/http/actions/served.ts';
import { sales } from '../../../coordinator/support.ts';
import { describePage, findings, openPage } from '../../browser.ts';

describePage('the actions of a file', () => {
  let served: Served;
  beforeAll(async () => {
    served = await openServed([sales]);
  });
  afterAll(() => served.close());

  const rows = 'id,shop,amount,note\n1,a,2,\n2,b,soon,\n3,c,late,\n4,d,4,\n5,e,5,\n';

  it('a row that was rejected is marked, corrected, uploaded and undone', async () => {
    await served.rig.drop('sales/may.csv', rows);
    await served.rig.receipts(1);
    const page = await openPage(`${served.server.url}/files/1`);
    await expect.poll(() => page.locator('mark').allTextContents()).toEqual(['soon', 'late']);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export 2 rejects' }).click(),
    ]);
    expect(csv.suggestedFilename()).toBe('may.csv-rejects.csv');
    const { text } = await served.ask('/api/files/1/rejects.csv');
    const corrected = text.replace('2,b,soon', '2,b,7').replace(/\n[^\n]*3,c,late,\n/, '\n');
    await page
      .getByLabel('Corrected rows')
      .setInputFiles({ name: 'c.csv', mimeType: 'text/csv', buffer: Buffer.from(corrected) });
    const loads = page.getByRole('alertdialog', { name: 'Load the corrected rows' });
    await loads.getByText('1 of 1 row would be loaded').waitFor();
    expect(await findings(page)).toEqual([]);
    await loads.getByRole('button', { name: 'Load the corrected rows' }).click();
    await page.getByRole('link', { name: 'Follow file 2' }).click();
    await page.getByRole('region', { name: 'Receipt' }).getByText('in the star', { exact: true }).waitFor();
    const lineage = page.getByRole('region', { name: 'Lineage' });
    await lineage.getByText('corrects rejects of').waitFor();
    await lineage.getByRole('link', { name: 'may.csv' }).click();
    await page.getByText('1 of them wait').waitFor();

    await page.getByRole('button', { name: 'Undo…' }).click();
    const plan = page.getByRole('alertdialog', { name: 'Undo the file' });
    await plan.getByText(/^sales\/may\.csv: 3 rows and 1 part/).waitFor();
    // The file that corrects its rejects leaves with it.
    await plan.getByText(/: 1 row and 1 part/).waitFor();
    expect(await findings(page)).toEqual([]);
    await plan.getByRole('button', { name: 'Undo the file' }).click();
    await page.getByText(/^✓ sales\/may\.csv: 3 rows and 1 part/).waitFor();
    await page.getByText('undone', { exact: true }).first().waitFor();
    expect((await served.ask('/api/files/2')).json.state).toBe('undone');

    await page.getByRole('button', { name: 'Load again…' }).click();
    await page.getByText(/^5 rows \(\d+ B\) are loaded again with the same definition$/).waitFor();
    await page.getByRole('button', { name: 'Load the file again' }).click();
    await page.getByRole('link', { name: /Follow file/ }).click();
    await page.getByRole('region', { name: 'Receipt' }).getByText('in the star', { exact: true }).waitFor();
  });

  it('a file that failed needs a person until it is dismissed, and is shown again when that is asked for', async () => {
    const { length } = (await served.ask('/api/files')).json.files;
    await served.rig.drop('sales/bad.csv', `id,shop,amount,note\n${'x,y,z,\n'.repeat(20)}`);
    await served.rig.receipts(length + 1);
    const page = await openPage(served.server.url);
    const list = page.getByRole('region', { name: 'Needs a person' });
    await list.getByText('LF_REJECT_LIMIT').waitFor();
    expect(await findings(page)).toEqual([]);
    const other = await openPage(served.server.url);
    const told = other.getByRole('region', { name: 'Needs a person' });
    await told.getByText('Needs a person: 1').waitFor();
    await list.getByRole('button', { name: 'Dismiss' }).click();
    await list.getByText('Nothing needs a person').waitFor();
    // Other pages hear of it.
    await told.getByText('Nothing needs a person').waitFor();
    await page.reload();
    await list.getByRole('button', { name: '1 dismissed' }).click();
    await list.getByText(/^dismissed \d\d:\d\d/).waitFor();
    await list.getByRole('button', { name: 'Show again' }).click();
    await list.getByText('Needs a person: 1').waitFor();
    await told.getByText('Needs a person: 1').waitFor();
    await list.getByRole('link', { name: 'Look at the file' }).click();
    await page.getByRole('heading', { name: 'sales/bad.csv' }).waitFor();
  });
});
