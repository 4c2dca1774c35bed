/**
 * Many small files at once, good ones and bad ones mixed, a worker killed among them: each file ends as it
 * would by itself. LANDFALL_SMALL_FILES says how many; thousands take a minute.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { undoFile } from '../../coordinator/commands/undo.ts';
import { loadRegistry } from '../../model/registry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { builtin } from '../support/builtin.ts';
import { tempFolder } from '../support/index.ts';
import { expectAgreement, oracleAndSites } from './agree.ts';
import { generatedTrips, type TestSite } from './site.ts';

vi.hoisted(() => {
  // Here and in the workers: what the killed one had in flight is taken over soon.
  process.env.LANDFALL_LOCK_MS = '1000';
});

const files = Number(process.env.LANDFALL_SMALL_FILES ?? 200);
const rowsOfFile = 6;

interface Drop {
  readonly name: string;
  readonly text: string | Buffer;
  /** What becomes of it: rows loaded and rejected, or the code that it fails with. */
  readonly loaded: number;
  readonly rejected?: number;
  readonly code?: string;
}

/** Every 30th file is bad, each time in another way; the text of all good rows is the second answer. */
async function makeDrops(folder: string): Promise<{ drops: Drop[]; good: string }> {
  const path = await generatedTrips(folder, 'all.csv', files * rowsOfFile, 11);
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const drops: Drop[] = [];
  const good = [header];
  const textOf = (rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`;
  const breakRow = (row: string) => row.replace('POINT', 'PINT');
  for (let i = 0; i < files; i++) {
    const rows = lines.slice(i * rowsOfFile, (i + 1) * rowsOfFile);
    const name = `${String(i).padStart(5, '0')}.csv`;
    const bad = i % 30 === 17 ? Math.floor(i / 30) % 6 : -1;
    if (bad === 0) drops.push({ name, text: '', loaded: 0, code: 'LF_FILE_EMPTY' });
    else if (bad === 1)
      drops.push({ name, text: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), loaded: 0, code: 'LF_UNPACK' });
    else if (bad === 2) drops.push({ name, text: 'a,b,c\n1,2,3\n', loaded: 0, code: 'LF_HEADER' });
    else if (bad === 3) drops.push({ name, text: drops[0].text, loaded: 0, code: 'LF_FILE_DUPLICATE' });
    else if (bad === 4)
      drops.push({ name, text: textOf(rows.map(breakRow)), loaded: 0, code: 'LF_REJECT_LIMIT' });
    else if (bad === 5) {
      // Within the limit, which is one of a hundred rows.
      const many = Array.from({ length: 120 }, (_, n) => rows[n % rowsOfFile]);
      drops.push({ name, text: textOf([breakRow(rows[0]), ...many]), loaded: many.length, rejected: 1 });
      good.push(...many);
    } else {
      drops.push({ name, text: textOf(rows), loaded: rowsOfFile });
      good.push(...rows);
    }
  }
  return { drops, good: `${good.join('\n')}\n` };
}

describe(`${files} small files at once`, () => {
  const shared = oracleAndSites();

  it('end as each would by itself, also when a worker is killed', { timeout: 300_000 }, async () => {
    const site = await shared.site({ backend: 'postgres', workers: 2 });
    const folder = tempFolder();
    const { drops, good } = await makeDrops(folder);
    const landing = join(site.folder, 'landing', 'trips');
    mkdirSync(landing, { recursive: true });
    for (const { name, text } of drops) writeFileSync(join(folder, name), text);
    const killed = killOneAtWork(site);
    // An empty file is not whole before it has been quiet: nothing tells a rename from a beginning.
    for (const { name } of drops) renameSync(join(folder, name), join(landing, name));

    const receipts = await allEnded(site, drops.length);
    await killed;
    for (const { name, loaded, rejected = 0, code } of drops) {
      const receipt = receipts.get(name)!;
      const status = code === undefined ? 'done' : code === 'LF_FILE_DUPLICATE' ? 'duplicate' : 'failed';
      expect({ name, status: receipt.status, loaded: receipt.rows.loaded }).toEqual({ name, status, loaded });
      if (code === undefined) {
        expect(receipt.checks.filter((check) => !check.ok)).toEqual([]);
        expect(receipt).toMatchObject({ rows: { rejected }, lakeRows: loaded, starRows: loaded });
      } else if (status === 'failed') expect({ name, code: receipt.error?.code }).toEqual({ name, code });
    }

    writeFileSync(join(folder, 'good.csv'), good);
    const rows = await shared.oracle.expect('trips', [join(folder, 'good.csv')]);
    expect(await expectAgreement(site, shared.oracle, 'trips')).toBe(rows);
    expect(readdirSync(landing)).toEqual([]);
    const archived = readdirSync(join(site.folder, 'archive'), { recursive: true }).map(String);
    const done = drops.filter(({ code }) => code === undefined || code === 'LF_FILE_DUPLICATE');
    expect(archived.filter((path) => path.endsWith('.csv'))).toHaveLength(done.length);

    // They did go together: transactions that committed many chunks.
    const [{ most }] = await site.query<{ most: number }>(
      `select max(n)::int as most from
         (select count(*) as n from landfall.chunk where state = 'committed' group by committed_at) as commits`,
    );
    expect(most).toBeGreaterThan(5);
    await undoOneOfMany(site, rows);
  });
});

/** Receipts by name, when so many files have ended. */
async function allEnded(site: TestSite, count: number): Promise<Map<string, Receipt>> {
  for (;;) {
    const ended = await site.query<{ file_id: number }>(
      'select file_id from landfall.file where finished_at is not null',
    );
    if (ended.length === count) {
      const receipts = ended.map(({ file_id }) => site.coordinator.settled(file_id));
      return new Map((await Promise.all(receipts)).map((receipt) => [receipt.file, receipt]));
    }
    await delay(100);
  }
}

/** Kills a worker that has something in flight. */
function killOneAtWork(site: TestSite): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    stop = site.hub.subscribe((message) => {
      const workers = message.type === 'snapshot' ? message.state.workers : (message.workers ?? []);
      const busy = workers.find(({ slots }) => slots.length > 0);
      const pid =
        busy?.pid ??
        (message.type === 'change' && message.totals?.filesDone ? site.pool!.pids()[0] : undefined);
      if (pid === undefined) return;
      setImmediate(() => stop?.());
      process.kill(pid, 'SIGKILL');
      resolve();
    });
  });
}

/** A file that was loaded in a group is undone without the others. */
async function undoOneOfMany(site: TestSite, rows: number): Promise<void> {
  const [file] = await site.query<{ file_id: number; rows_loaded: string }>(
    `select f.file_id, f.rows_loaded from landfall.file f join landfall.chunk c using (file_id)
     where f.state = 'done' and c.committed_at = (select committed_at from landfall.chunk
       where state = 'committed' group by committed_at order by count(*) desc limit 1)
     order by f.file_id limit 1`,
  );
  const rest = 'select path, chunk_id, rows from landfall.manifest where file_id <> $1 order by 1, 2';
  const others = await site.query(rest, [file.file_id]);
  const objects = await site.query('select distinct path from landfall.manifest');
  // Files of a transaction share a part in each partition.
  expect(objects.length).toBeLessThan(others.length);
  const { database, coordinator, config } = site;
  const registry = await loadRegistry({ builtin, paths: [] });
  const sinks = openSinks({ pool: database.pool, lake: await openStorage(config.lakeUrl) });
  const tools = { pool: database.pool, ledger: coordinator.ledger, registry, sinks };
  await undoFile(tools, file.file_id, 'by a test');
  const [star] = await site.query<{ rows: number }>('select count(*)::int as rows from star.fact_trip');
  expect(star.rows).toBe(rows - Number(file.rows_loaded));
  expect(await site.query(rest, [0])).toEqual(others);
  const lakeParts = readdirSync(join(site.folder, 'lake', 'trips'), { recursive: true }).map(String);
  expect(lakeParts.filter((path) => path.endsWith('.parquet'))).toHaveLength(objects.length);
}
