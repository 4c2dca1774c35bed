import { afterEach, expect, it } from 'vitest';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { commandOf, replayed, undone } from '../again.ts';
import { historyMode, type KeyedSite, keyedSite, upsertMode } from './keyed-site.ts';

let site: KeyedSite | undefined;
afterEach(() => site?.close());

interface Counted {
  readonly fileId: number;
  readonly current: number;
}

const eventsOf = async ({ url, ...open }: KeyedSite, name: string): Promise<unknown> => {
  const [{ id }] = await open.query<{ id: number }>(
    'select max(file_id)::int as id from landfall.file where name = $1',
    [name],
  );
  return ((await (await fetch(`${url}/api/files/${id}`)).json()) as { events: unknown }).events;
};

it('says how many events of a file are current, as later files land and are undone', async () => {
  const open = (site = await keyedSite('postgres', { mode: upsertMode }, { serve: true }));
  await open.land('a.csv', ['1,1,,new,', '2,1,,new,', '3,1,true,gone,', '3,0,,new,']);
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 3, superseded: 1 });
  await open.land('b.csv', ['1,2,,paid,', '3,2,,back,', '2,0,,early,']);
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 1, superseded: 3 });
  expect(await eventsOf(open, 'b.csv')).toEqual({ current: 2, superseded: 1 });
  const command = commandOf(open, 'postgres');
  const { files, events } = JSON.parse((await command('status', '--json')).stdout);
  const named = (fileId: number) => files.find((file: FileProgress) => file.fileId === fileId)?.name;
  expect(events.map(({ fileId, current }: Counted) => [named(fileId), current]).sort()).toEqual([
    ['a.csv', 1],
    ['b.csv', 2],
  ]);
  expect(files.map(({ keyed }: FileProgress) => keyed)).toEqual([true, true]);
  const shown = (await command('status')).stdout.split('\n');
  expect(shown.find((line) => line.includes('file '))).toMatch(/ loaded +current +rejected/);
  expect(shown.find((line) => line.includes('a.csv'))).toMatch(/ 4 +1 +0/);
  const audit = await command('audit', 'a.csv');
  expect(audit.stdout).toContain('4 rows in the star (1 current, 3 superseded), 4 in the lake');
  await undone(open, 'b.csv');
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 3, superseded: 1 });
  expect(await eventsOf(open, 'b.csv')).toBeNull();
  await replayed(open, 'b.csv');
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 1, superseded: 3 });
});

it('counts the events that begin or end a version of history as current', async () => {
  const open = (site = await keyedSite('postgres', { mode: historyMode }, { serve: true }));
  await open.land('a.csv', ['1,1,,new,', '1,3,,new,', '1,5,,paid,']);
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 2, superseded: 1 });
  await open.land('b.csv', ['1,2,,sent,', '1,6,true,gone,']);
  expect(await eventsOf(open, 'a.csv')).toEqual({ current: 3, superseded: 0 });
  expect(await eventsOf(open, 'b.csv')).toEqual({ current: 2, superseded: 0 });
});
