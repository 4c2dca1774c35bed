import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { appendFile, mkdir, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Discovery, UnknownFile } from '../../../sources/contract.ts';
import { startDiscovery } from '../../../sources/folder/discover-folder.ts';
import { tempFolder } from '../../support/index.ts';

/** Folders that were listed. */
const listed = vi.hoisted(() => [] as string[]);
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readdir = (path: string, ...rest: []) => {
    listed.push(path);
    return real.readdir(path, ...rest);
  };
  return { ...real, readdir };
});

let root: string;
let folder: string;
let discovery: Discovery;
let arrived: string[];
let left: readonly UnknownFile[];
let errors: unknown[];

async function start(settleMs = 150): Promise<void> {
  discovery = await startDiscovery({
    folder,
    settleMs,
    knows: (dataset) => dataset === 'trips' || dataset === 'citibike',
    onArrival: async ({ key }) => void arrived.push(key),
    onLeft: (files) => {
      left = files;
    },
    onError: (error) => void errors.push(error),
  });
}

/** Waits until these keys, and no others, have arrived. */
async function arrivals(...keys: string[]): Promise<void> {
  await vi.waitFor(() => expect([...arrived].sort()).toEqual(keys.sort()), { timeout: 10_000, interval: 20 });
}

beforeEach(async () => {
  root = tempFolder();
  folder = join(root, 'landing');
  await mkdir(join(folder, 'trips'), { recursive: true });
  [arrived, left, errors] = [[], [], []];
});
afterEach(async () => {
  await discovery.close();
  expect(errors).toEqual([]);
});

describe('names', () => {
  const notUtf8 = (start: string) =>
    Buffer.concat([Buffer.from(`${folder}/trips/${start}`), Buffer.of(0xe9)]);
  const shown = () => left.map(({ dataset, name, bytes, error: { code } }) => [dataset, name, bytes, code]);
  const untilShown = (...names: string[]) =>
    vi.waitFor(() => expect(shown()).toEqual(names.map((name) => ['trips', name, 4, 'LF_LANDING_NAME'])), {
      timeout: 10_000,
      interval: 20,
    });

  it('that are not UTF-8 are told of, at the start and later, until they are renamed', async () => {
    await writeFile(notUtf8('early'), 'a\n1\n');
    await start();
    await untilShown('early\\xE9');
    await writeFile(notUtf8('late'), 'a\n1\n');
    await untilShown('early\\xE9', 'late\\xE9');
    await discovery.list();
    await untilShown('early\\xE9', 'late\\xE9');
    await rename(notUtf8('early'), join(folder, 'trips/early.csv'));
    await untilShown('late\\xE9');
    await rm(notUtf8('late'));
    await untilShown();
    await arrivals('trips/early.csv');
  });

  it('that are ignored by rule are told of once, when nobody writes to them', async () => {
    const ignored: string[] = [];
    for (const name of ['..hidden..csv', '..\\..\\evil.csv', 'new.part', 'old.part', 'old.csv'])
      await writeFile(join(folder, 'trips', name), 'a\n1\n');
    for (const name of ['..hidden..csv', '..\\..\\evil.csv', 'old.part', 'old.csv'])
      await utimes(join(folder, 'trips', name), 1, 1);
    // Of Landfall itself.
    for (const own of ['.landfall-tmp', 'trips/.fetched']) {
      await mkdir(join(folder, own), { recursive: true });
      await utimes(join(folder, own), 1, 1);
    }
    discovery = await startDiscovery({
      folder,
      knows: () => true,
      onArrival: async ({ key }) => void arrived.push(key),
      onLeft: () => {},
      onIgnored: (key) => void ignored.push(key),
      onError: (error) => void errors.push(error),
    });
    await discovery.list();
    expect(ignored.sort()).toEqual(['trips/..\\..\\evil.csv', 'trips/..hidden..csv', 'trips/old.part']);
    await arrivals('trips/old.csv');
  });
});

describe('discovery', () => {
  it('says when the folder cannot be looked through, and takes what lies there when it can again', async () => {
    const corrected = vi.fn();
    discovery = await startDiscovery({
      folder,
      settleMs: 50,
      listMs: 200,
      knows: () => true,
      onArrival: async ({ key }) => void arrived.push(key),
      onLeft: () => {},
      onError: (error) => void errors.push(error),
      onRecovered: corrected,
    });
    await rename(folder, join(root, 'away'));
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0), { timeout: 5_000 });
    expect(String(errors[0])).toContain('ENOENT');
    await writeFile(join(root, 'away', 'trips', 'late.csv'), 'a\n');
    await rename(join(root, 'away'), folder);
    await vi.waitFor(() => expect(corrected).toHaveBeenCalled(), { timeout: 10_000 });
    await arrivals('trips/late.csv');
    errors.length = 0;
  });

  it('takes what lies there at the start and what comes later, each once', async () => {
    await writeFile(join(folder, 'trips', 'first.csv'), 'a\n');
    await start();
    await writeFile(join(folder, 'trips', 'second.csv'), 'a\n');
    await arrivals('trips/first.csv', 'trips/second.csv');
    await discovery.list();
    await discovery.list();
    expect(arrived.length).toBe(2);
  });

  it('takes a file that is renamed in at once, however young it is', async () => {
    await start(60_000);
    await writeFile(join(root, 'new.csv'), 'a\n');
    await rename(join(root, 'new.csv'), join(folder, 'trips', 'new.csv'));
    await arrivals('trips/new.csv');
  });

  it.runIf(process.platform === 'linux')(
    'waits for the end of a call that copies, of which no event tells before it returns',
    async () => {
      await start(100);
      // What is seen of such a copy: a name that is new, bytes, and somebody who has it open.
      const copy = await open(join(root, 'new.csv'), 'w');
      await copy.write('row\n');
      await rename(join(root, 'new.csv'), join(folder, 'trips', 'copied.csv'));
      await delay(700);
      expect(arrived).toEqual([]);
      await copy.write('row\n');
      await copy.close();
      await arrivals('trips/copied.csv');
    },
  );

  it('waits for a copy that is still growing', async () => {
    await start(1_000);
    const path = join(folder, 'trips', 'grows.csv');
    for (let i = 0; i < 6; i++) {
      await appendFile(path, 'row\n');
      await delay(100);
      expect(arrived).toEqual([]);
    }
    await arrivals('trips/grows.csv');
  });

  it.runIf(process.platform === 'linux').each([
    ['that pauses', async (begin: () => void) => start(100).then(begin)],
    [
      'that paused before anybody looked',
      async (begin: () => void) => {
        begin();
        await delay(300);
        await start(100);
      },
    ],
  ])('waits for a copy %s, as long as it is open', async (_, startWith) => {
    const path = join(folder, 'trips', 'paused.csv');
    let copy!: ChildProcessByStdio<Writable, null, null>;
    await startWith(() => {
      copy = spawn('sh', ['-c', `exec 3>"$1"; echo row >&3; read line`, 'sh', path], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
    });
    await delay(700);
    expect(arrived).toEqual([]);
    copy.stdin.end('\n');
    await arrivals('trips/paused.csv');
  });

  it('takes a name again when another file has its place', async () => {
    const path = join(folder, 'trips', 'again.csv');
    await start();
    await writeFile(path, 'a\n');
    await arrivals('trips/again.csv');
    await rm(path);
    await writeFile(path, 'b\n');
    await vi.waitFor(() => expect(arrived.length).toBe(2), { timeout: 10_000 });
  });

  it('takes a name again when its bytes changed after it was taken', async () => {
    const path = join(folder, 'trips', 'changes.csv');
    await start();
    await writeFile(path, 'a\n');
    await arrivals('trips/changes.csv');
    await appendFile(path, 'b\n');
    await vi.waitFor(() => expect(arrived.length).toBe(2), { timeout: 10_000 });
  });

  it('takes any name, and many at a time', async () => {
    await start();
    const names = [
      'with space.csv',
      '-n.csv',
      'zeilen\numbruch.csv',
      'ñandú 日本.csv',
      '$(x) `y` "z".csv',
      '~a.csv',
    ];
    const many = Array.from({ length: 200 }, (_, i) => `many-${i}.csv`);
    await Promise.all([...names, ...many].map((name) => writeFile(join(folder, 'trips', name), 'a\n')));
    await arrivals(...[...names, ...many].map((name) => `trips/${name}`));
  });

  it('takes files of folders that are made later, and of folders in folders', async () => {
    await start();
    await mkdir(join(folder, 'citibike', '2017', 'x.csv'), { recursive: true });
    await writeFile(join(folder, 'citibike', '2017', 'x.csv', 'y.csv'), 'a\n');
    await arrivals('citibike/2017/x.csv/y.csv');
  });

  it('goes on watching when a folder goes and another takes its name', async () => {
    await start();
    const trips = join(folder, 'trips');
    for (const [turn, name] of ['first', 'second', 'third'].entries()) {
      await writeFile(join(root, 'new.csv'), 'a\n');
      await rename(join(root, 'new.csv'), join(trips, `${name}.csv`));
      await vi.waitFor(() => expect(arrived.length).toBe(turn + 1), { timeout: 10_000 });
      if (turn === 0) await rename(trips, join(root, 'old'));
      else await rm(trips, { recursive: true });
      await mkdir(trips);
    }
    expect(arrived).toEqual(['trips/first.csv', 'trips/second.csv', 'trips/third.csv']);
  });

  it('lists no folder again for files that come', async () => {
    await start(60_000);
    listed.length = 0;
    const names = Array.from({ length: 300 }, (_, i) => `some-${i}.csv`);
    for (const name of names) await writeFile(join(root, name), 'a\n');
    for (const name of names) await rename(join(root, name), join(folder, 'trips', name));
    await arrivals(...names.map((name) => `trips/${name}`));
    const ours = () => listed.filter((path) => path.startsWith(folder));
    expect(ours()).toEqual([]);
    await discovery.list();
    expect(ours()).toEqual([folder, join(folder, 'trips')]);
  });

  it('leaves what it cannot take, says why, and forgets it when it goes', async () => {
    await start();
    await mkdir(join(folder, 'taxi'));
    await writeFile(join(folder, 'taxi', 'june.csv'), 'a\n');
    await writeFile(join(folder, 'lost.csv'), 'a\n');
    await writeFile(join(root, 'secret.csv'), 'a\n');
    await symlink(join(root, 'secret.csv'), join(folder, 'trips', 'link.csv'));
    const reported = () => left.map((file) => `${file.dataset}/${file.name} ${file.error.code}`).sort();
    await vi.waitFor(
      () =>
        expect(reported()).toEqual([
          '/lost.csv LF_LANDING_UNKNOWN',
          'taxi/june.csv LF_LANDING_UNKNOWN',
          'trips/link.csv LF_LANDING_LINK',
        ]),
      { timeout: 10_000 },
    );
    await rm(join(folder, 'taxi', 'june.csv'));
    await vi.waitFor(() => expect(reported().length).toBe(2), { timeout: 10_000 });
    expect(arrived).toEqual([]);
  });

  it('waits for an empty file to be filled, and takes one that stays empty', async () => {
    await start(200);
    await writeFile(join(folder, 'trips', 'empty.csv'), '');
    await arrivals('trips/empty.csv');
  });

  it('is not misled by a clock that is ahead', async () => {
    await start();
    const path = join(folder, 'trips', 'future.csv');
    await writeFile(path, 'a\n');
    await utimes(path, new Date(), new Date(Date.now() + 3_600_000));
    await arrivals('trips/future.csv');
  });

  it('tries again what could not be handed on', async () => {
    let fail = true;
    discovery = await startDiscovery({
      folder,
      knows: () => true,
      onArrival: async ({ key }) => {
        if (fail) throw new Error('no database');
        arrived.push(key);
      },
      onLeft: () => {},
      onError: () => {},
    });
    await writeFile(join(root, 'x.csv'), 'a\n');
    await rename(join(root, 'x.csv'), join(folder, 'trips', 'x.csv'));
    await delay(100);
    fail = false;
    await arrivals('trips/x.csv');
  });
});
