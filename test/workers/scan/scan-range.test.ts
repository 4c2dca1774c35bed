import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createScanner } from '../../../kernel/scan.ts';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import type { ScanJob } from '../../../platform/queue/contract.ts';
import { BlockHasher } from '../../../platform/storage/content-hash.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openObject, openStorage } from '../../../platform/storage/index.ts';
import { spoolKey, thisBoot } from '../../../platform/storage/spool.ts';
import { scanRange } from '../../../workers/scan/scan-range.ts';
import { scanStream } from '../../../workers/scan/scan-stream.ts';
import { Slots } from '../../../workers/slots.ts';
import { bgzipOf } from '../../csv/bgzip.ts';
import { tempFolder } from '../../support/index.ts';

const dialect = { delimiter: ',', quote: '"', trim: false, encoding: 'utf-8' };
const csv = Buffer.from(`a,b\n${'1,"two\nlines"\n'.repeat(500)}`);

/** Scans one range of `csv`; what would be saved, or null where nothing was. */
async function scan(range: Partial<ScanJob>, file: object = {}) {
  const path = join(tempFolder(), 'file.csv');
  await writeFile(path, csv);
  const url = pathToFileURL(path).href;
  const { storage, key } = await openObject(url);
  const { fingerprint } = (await storage.stat(key))!;
  const job = { fileId: 1, number: 0, byteStart: 0, byteEnd: csv.length, ...range };
  let saved: unknown[] | null = null;
  const ledger = {
    file: async () => ({ state: 'scanning', name: 'file.csv', layout: dialect, url, fingerprint, ...file }),
    saveScan: async (...values: unknown[]) => {
      saved = values;
    },
  } as unknown as Ledger;
  const lake = await openStorage(join(tempFolder(), 'lake'));
  const counters = new Slots().begin(job);
  await scanRange(job, { ledger, lake, counters, signal: new AbortController().signal });
  return saved as [ScanJob, Buffer, { byteStart: number; byteEnd: number }[]] | null;
}

/** Scans a compressed file as a whole; where its chunks are in the spool. */
async function unpacked(content: Buffer, more: Partial<ScanJob> = {}, as = (lake: Storage) => lake) {
  const path = join(tempFolder(), 'file.csv.gz');
  await writeFile(path, content);
  const url = pathToFileURL(path).href;
  const { storage, key } = await openObject(url);
  const { bytes, fingerprint } = (await storage.stat(key))!;
  const layout = {
    ...dialect,
    compression: 'gzip',
    header: ['a', 'b'],
    headerBytes: 4,
  } as unknown as FileLayout;
  const file = { fileId: 1, name: 'file', url, bytes, fingerprint, layout } as LedgerFile;
  const job = { fileId: 1, number: 0, byteStart: 0, byteEnd: bytes, pieceBytes: 1000, ...more };
  const lake = await openStorage(join(tempFolder(), 'lake'));
  // Of a worker that died.
  await lake.put(spoolKey({ fileId: 1, number: 99, start: 99 }), 'a');
  const { signal } = new AbortController();
  const scan = await scanStream(job, file, { lake: as(lake), counters: new Slots().begin(job), signal });
  const keys: string[] = [];
  for await (const { key } of lake.list('.landfall/')) keys.push(key);
  return { ...scan, keys };
}

describe('unpacking', () => {
  it('hashes all of the file, also what follows the last member', async () => {
    const hasher = new BlockHasher();
    const content = Buffer.concat([bgzipOf(csv), Buffer.alloc(5_000_000)]);
    hasher.update(content);
    expect((await unpacked(content)).blockHashes).toEqual(hasher.finish());
  });

  it('fails if the last chunk cannot be written', async () => {
    const failing = (lake: Storage) =>
      Object.assign(Object.create(lake), {
        writer: async () => ({
          ...{ write: async () => {}, abort: async () => {} },
          commit: () => Promise.reject(new Error('the disk')),
        }),
      });
    await expect(unpacked(gzipSync(csv), { pieceBytes: 1e9 }, failing)).rejects.toThrow('the disk');
  });

  it('spools for this machine alone what only its workers load', async () => {
    const { chunks, keys } = await unpacked(gzipSync(csv));
    expect(chunks.length).toBeGreaterThan(3);
    const spooled = chunks.map(({ unpackedStart }, number) => ({ fileId: 1, number, start: unpackedStart! }));
    expect(keys.sort()).toEqual(spooled.map((chunk) => spoolKey(chunk)).sort());
    const here = await unpacked(gzipSync(csv), { oneMachine: true });
    expect(here.keys.sort()).toEqual(spooled.map((chunk) => spoolKey(chunk, thisBoot())).sort());
  });
});

async function scanned(byteStart: number, byteEnd: number) {
  const scanner = await createScanner(dialect, byteStart);
  scanner.update(csv.subarray(byteStart, byteEnd));
  return scanner.finish();
}

describe('scanning a range', () => {
  it('hashes its blocks and scans it as one piece', async () => {
    const [, hashes, pieces] = (await scan({}))!;
    expect(hashes).toEqual(createHash('sha256').update(csv).digest());
    expect(pieces).toEqual([await scanned(0, csv.length)]);
  });

  it('cuts pieces at multiples in the file, after what comes before the records', async () => {
    const [, hashes, pieces] = (await scan({
      byteStart: 0,
      scanFrom: 4,
      pieceBytes: 1000,
      byteEnd: 3500,
    }))!;
    expect(hashes).toEqual(createHash('sha256').update(csv.subarray(0, 3500)).digest());
    const borders = [4, 1000, 2000, 3000, 3500];
    const expected = await Promise.all(borders.slice(1).map((end, i) => scanned(borders[i], end)));
    expect(pieces).toEqual(expected);
  });

  it('has no pieces where no record can begin', async () => {
    const [, , pieces] = (await scan({ byteEnd: 100, scanFrom: 100, pieceBytes: 50 }))!;
    expect(pieces).toEqual([]);
  });

  it('saves nothing for a file that is past scanning, or that changed', async () => {
    expect(await scan({}, { state: 'failed' })).toBeNull();
    await expect(scan({}, { fingerprint: 'another' })).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  });
});
