import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createSurveyor } from '../../../kernel/scan.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { openObject, openStorage } from '../../../platform/storage/index.ts';
import type { SurveyJob } from '../../../platform/types.ts';
import { Slots } from '../../../workers/slots.ts';
import { surveyRange } from '../../../workers/scan/scan-range.ts';
import { tempFolder } from '../../support/index.ts';

const dialect = { delimiter: ',', quote: '"', trim: false, encoding: 'utf-8' };
const csv = Buffer.from(`a,b\n${'1,"two\nlines"\n'.repeat(500)}`);

/** Surveys one range of `csv`; what would be saved, or null where nothing was. */
async function survey(range: Partial<SurveyJob>, file: object = {}) {
  const path = join(tempFolder(), 'file.csv');
  await writeFile(path, csv);
  const url = pathToFileURL(path).href;
  const { storage, key } = await openObject(url);
  const { fingerprint } = (await storage.stat(key))!;
  const job = { fileId: 1, number: 0, byteStart: 0, byteEnd: csv.length, ...range };
  let saved: unknown[] | null = null;
  const ledger = {
    file: async () => ({ state: 'surveying', name: 'file.csv', layout: dialect, url, fingerprint, ...file }),
    saveSurvey: async (...values: unknown[]) => {
      saved = values;
    },
  } as unknown as Ledger;
  const lake = await openStorage(join(tempFolder(), 'lake'));
  const counters = new Slots().begin(job);
  await surveyRange(job, { ledger, lake, counters, signal: new AbortController().signal });
  return saved as [SurveyJob, Buffer, { byteStart: number; byteEnd: number }[]] | null;
}

async function surveyed(byteStart: number, byteEnd: number) {
  const surveyor = await createSurveyor(dialect, byteStart);
  surveyor.update(csv.subarray(byteStart, byteEnd));
  return surveyor.finish();
}

describe('surveying a range', () => {
  it('hashes its blocks and surveys it as one piece', async () => {
    const [, hashes, pieces] = (await survey({}))!;
    expect(hashes).toEqual(createHash('sha256').update(csv).digest());
    expect(pieces).toEqual([await surveyed(0, csv.length)]);
  });

  it('cuts pieces at multiples in the file, after what comes before the records', async () => {
    const [, hashes, pieces] = (await survey({
      byteStart: 0,
      surveyFrom: 4,
      pieceBytes: 1000,
      byteEnd: 3500,
    }))!;
    expect(hashes).toEqual(createHash('sha256').update(csv.subarray(0, 3500)).digest());
    const borders = [4, 1000, 2000, 3000, 3500];
    const expected = await Promise.all(borders.slice(1).map((end, i) => surveyed(borders[i], end)));
    expect(pieces).toEqual(expected);
  });

  it('has no pieces where no record can begin', async () => {
    const [, , pieces] = (await survey({ byteEnd: 100, surveyFrom: 100, pieceBytes: 50 }))!;
    expect(pieces).toEqual([]);
  });

  it('saves nothing for a file that is past surveying, or that changed', async () => {
    expect(await survey({}, { state: 'failed' })).toBeNull();
    await expect(survey({}, { fingerprint: 'another' })).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  });
});
