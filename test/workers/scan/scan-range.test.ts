import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createScanner } from '../../../kernel/scan.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { ScanJob } from '../../../platform/queue/contract.ts';
import { openObject, openStorage } from '../../../platform/storage/index.ts';
import { scanRange } from '../../../workers/scan/scan-range.ts';
import { Slots } from '../../../workers/slots.ts';
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
