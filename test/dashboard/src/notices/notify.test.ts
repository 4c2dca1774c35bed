/** Notifications: what they say, and in a browser who gets them. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { endedIn, notificationOf } from '../../../../dashboard/src/notices/notify.ts';
import type { ChangeMessage, FileProgress } from '../../../../platform/progress/progress.ts';
import { describePage, findings, forgiveAll, openPage } from '../../browser.ts';
import { epoch, fileOf, type ScriptedServer, snapshotOf, startScripted } from '../../scripted.ts';

const rows = { parsed: 12, loaded: 10, rejected: 2, deduplicated: 0 };
const done = (fileId: number) => fileOf({ fileId, state: 'done', rows });
const failed = (fileId: number) =>
  fileOf({ fileId, state: 'failed', error: { code: 'LF_HEADER', message: 'No field.', fix: '' } });
const loading = (fileId: number) => fileOf({ fileId, state: 'loading' });
const change = (files: readonly FileProgress[], seq = 2): ChangeMessage => ({
  ...{ type: 'change', epoch, from: seq - 1, seq, files },
});

it('the end of a file is news once, and that of a snapshot only if this page has seen it unfinished', () => {
  const ids = (...given: Parameters<typeof endedIn>) => endedIn(...given).map(({ fileId }) => fileId);
  const before = { files: [loading(1), done(2)] };
  expect(ids(change([done(1), done(2), done(3), loading(4)]), before)).toEqual([1, 3]);
  expect(ids(change([fileOf({ fileId: 1, state: 'duplicate' })]), before)).toEqual([]);
  const snapshot = snapshotOf({ files: [failed(1), done(2), done(3)] });
  expect(ids(snapshot, before)).toEqual([1]);
  expect(ids(snapshot, null)).toEqual([]);
});

it('one says how a file ended, and many are counted, the failed ones first', () => {
  expect(notificationOf([done(1)])).toEqual({
    ...{ title: 'trips/trips-1.csv is done', body: '10 rows, 2 rejects', path: '/files/1' },
  });
  expect(notificationOf([failed(7)])).toEqual({
    ...{ title: 'trips/trips-7.csv failed', body: 'No field.', path: '/files/7' },
  });
  expect(notificationOf([done(1), done(2), done(3), failed(4), done(5)])).toEqual({
    title: '1 file failed, 4 files done',
    body: 'trips/trips-4.csv, trips/trips-1.csv, trips/trips-2.csv and 2 more',
    path: '/files?state=failed',
  });
  expect(notificationOf([done(1), done(2)]).path).toBe('/files?state=done');
});

interface Kept {
  /** Titles and bodies of notifications. */
  shown: string[];
  /** What browsers know them by: a later one with the same tag takes the place of the one before. */
  tags: (string | undefined)[];
  /** The last one. */
  last: Notification;
  /** How often the reader was asked. */
  asked: number;
}

/** Keeps what the page has the browser do, which does it as well. Runs in the browser. */
function keepNotifications(): void {
  const kept = globalThis as unknown as Kept & { Notification: typeof Notification };
  const Real = kept.Notification;
  kept.shown = [];
  kept.tags = [];
  kept.asked = 0;
  kept.Notification = class extends Real {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      kept.shown.push(`${title}: ${options?.body}`);
      kept.tags.push(options?.tag);
      kept.last = this;
    }
    static override requestPermission(): Promise<NotificationPermission> {
      kept.asked += 1;
      return Real.requestPermission();
    }
  };
}

describePage('notifications', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScripted(snapshotOf({ files: [loading(1), loading(2), done(3)] }));
  });
  afterEach(() => server.close());

  const button = (page: Page) => page.getByRole('button', { name: /Notifications of files|let this page/ });
  const shown = (page: Page) => page.evaluate(() => (globalThis as unknown as Kept).shown);

  it('come after a click alone, once for each file, and many as one; the choice outlasts a reload', async () => {
    const page = await openPage(server.url, { permissions: ['notifications'], script: keepNotifications });
    expect(await button(page).getAttribute('aria-pressed')).toBe('false');
    server.send(change([done(2)]));
    await page.locator('li.file', { hasText: 'trips-2.csv' }).getByText('done').first().waitFor();
    await button(page).click();
    await vi.waitFor(async () => expect(await button(page).getAttribute('aria-pressed')).toBe('true'));
    expect(await findings(page)).toEqual([]);
    server.send(change([done(1), done(2)], 3));
    await vi.waitFor(async () => expect(await shown(page)).toHaveLength(1), { timeout: 20_000 });
    expect(await shown(page)).toEqual(['trips/trips-1.csv is done: 10 rows, 2 rejects']);

    await page.reload();
    await page.waitForSelector('h1');
    await vi.waitFor(async () => expect(await button(page).getAttribute('aria-pressed')).toBe('true'));
    server.send(change([done(4)], 2));
    server.send(change([failed(5)], 3));
    await vi.waitFor(async () => expect(await shown(page)).toHaveLength(1), { timeout: 20_000 });
    expect(await shown(page)).toEqual(['1 file failed, 1 file done: trips/trips-5.csv, trips/trips-4.csv']);
    await button(page).click();
    await vi.waitFor(async () => expect(await button(page).getAttribute('aria-pressed')).toBe('false'));
    expect(await page.evaluate(() => localStorage.getItem('landfall-notify'))).toBe('off');
    expect(await page.evaluate(() => (globalThis as unknown as Kept).asked)).toBe(0);
  });

  it('lead to what they tell of, and take the place of those of another page', async () => {
    const page = await openPage(server.url, { permissions: ['notifications'], script: keepNotifications });
    await button(page).click();
    server.send(change([failed(1)]));
    await vi.waitFor(async () => expect(await shown(page)).toHaveLength(1), { timeout: 20_000 });
    const tags = await page.evaluate(() => (globalThis as unknown as Kept).tags);
    expect(tags).toEqual(['landfall trips/trips-1.csv failed']);
    await page.evaluate(() => (globalThis as unknown as Kept).last.dispatchEvent(new Event('click')));
    await page.waitForURL('**/files/1');
    // The scripted server has no answer about a file.
    await expect.poll(() => server.asked.some((address) => address.startsWith('/api/files/1'))).toBe(true);
    await page.waitForLoadState('networkidle');
    forgiveAll('404');
  });

  it('of many files that end one after another come with a pause between them', async () => {
    const page = await openPage(server.url, { permissions: ['notifications'], script: keepNotifications });
    await button(page).click();
    await page.clock.install();
    const ends = async (fileId: number, seq: number) => {
      server.send(change([done(fileId)], seq));
      await page
        .locator('li.file', { hasText: `trips-${fileId}.csv` })
        .getByText('done')
        .first()
        .waitFor();
    };
    await ends(1, 2);
    await page.clock.runFor(1000);
    expect(await shown(page)).toHaveLength(1);
    await ends(2, 3);
    await page.clock.runFor(1000);
    await ends(4, 4);
    await page.clock.runFor(8000);
    expect(await shown(page)).toHaveLength(1);
    await page.clock.runFor(2000);
    expect((await shown(page))[1]).toBe('2 files done: trips/trips-2.csv, trips/trips-4.csv');
  });

  it('are not offered where the browser gives them to pages with TLS alone', async () => {
    const script = () => void Object.defineProperty(globalThis, 'isSecureContext', { get: () => false });
    const page = await openPage(server.url, { script });
    expect(await button(page).count()).toBe(0);
  });

  it('are asked for on the click and not before, and there is none without the answer', async () => {
    const page = await openPage(server.url, { script: keepNotifications });
    const asked = () => page.evaluate(() => (globalThis as unknown as Kept).asked);
    expect([await asked(), await page.evaluate(() => Notification.permission)]).toEqual([0, 'default']);
    await button(page).click();
    await vi.waitFor(async () => expect(await asked()).toBe(1));
    server.send(change([done(1)]));
    await page.locator('li.file', { hasText: 'trips-1.csv' }).getByText('done').first().waitFor();
    expect(await button(page).getAttribute('aria-pressed')).toBe('false');
    expect(await shown(page)).toEqual([]);
  });

  it('that the browser blocks are not offered', async () => {
    const script = () => void Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
    const page = await openPage(server.url, { script });
    expect(await button(page).getAttribute('aria-disabled')).toBe('true');
    expect(await button(page).getAttribute('aria-label')).toContain('does not let this page notify');
    expect(await findings(page)).toEqual([]);
  });
});
