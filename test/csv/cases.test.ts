/** Walks docs/csv.md: every row has examples, and every example is read as it says, whole and in chunks. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readLayout } from '../../coordinator/detect/read-layout.ts';
import { planChunks } from '../../coordinator/plan/plan-chunks.ts';
import { toUtf8, unitBytes } from '../../kernel/dialect/encodings.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { Claim, LedgerFile } from '../../ledger/ledger.ts';
import type { LoadedChunk } from '../../ledger/tables/chunks.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { defineDataset, text } from '../../model/index.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { isStream, linesBeforeRecords } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { openObject, openStorage } from '../../platform/storage/index.ts';
import { clearSpool, findSpooled, spooledFiles } from '../../platform/storage/spool.ts';
import type { StreamChunk } from '../../platform/stream-scan.ts';
import { openChunk } from '../../workers/pipeline/chunk-source.ts';
import { readBatches } from '../../workers/pipeline/read-batches.ts';
import { ledgerReject } from '../../workers/pipeline/reject-tray.ts';
import { unpackAgain } from '../../workers/rebuild/unpack-again.ts';
import { scanStream } from '../../workers/scan/scan-stream.ts';
import { Slots } from '../../workers/slots.ts';
import { Stopwatch } from '../../workers/stopwatch.ts';
import { valueAt } from '../kernel/read.ts';
import { tempFolder } from '../support/index.ts';
import { type Case, cases } from './cases.ts';

const signal = new AbortController().signal;
const folder = tempFolder();
const lake = await openStorage(join(folder, 'lake'));
const kernel = await createKernel();

function datasetOf({ dialect, columns: names = ['a', 'b', 'c'], aliases = {} }: Case): CompiledDataset {
  const aliasesOf = (name: string) => (name in aliases ? { aliases: [aliases[name]] } : {});
  const columns = Object.fromEntries(
    names.map((name) => [name, text({ optional: name === 'c', ...aliasesOf(name) })]),
  );
  const star = { fact: 'fact_case', columns: names };
  return compileDataset(defineDataset({ name: 'cases', columns, star, ...(dialect && { dialect }) }));
}

async function fileOf(content: string | Uint8Array): Promise<LedgerFile> {
  const path = join(folder, 'file.csv');
  await writeFile(path, content);
  const url = pathToFileURL(path).href;
  const { storage, key } = await openObject(url);
  const { bytes, fingerprint } = (await storage.stat(key))!;
  return { fileId: 1, name: 'file.csv', url, bytes, fingerprint } as LedgerFile;
}

interface Outcome {
  readonly rows: (string | null)[][];
  readonly rejects: (readonly [number, string])[];
}

/** Reads chunks one by one as a worker does, but for star and lake. */
async function readChunks(
  dataset: CompiledDataset,
  file: LedgerFile,
  chunks: readonly StreamChunk[],
): Promise<Outcome> {
  const layout = file.layout!;
  const outcome: Outcome = { rows: [], rejects: [] };
  for (const [
    number,
    { byteStart, byteEnd, lineStart, unpackedStart: start, unpackedEnd: end },
  ] of chunks.entries()) {
    const job = { fileId: 1, number, byteStart, byteEnd } as ChunkJob;
    const unpacked = start === undefined ? {} : { unpacked: { start, end: end! } };
    const source = await openChunk(job, { file, lineStart, ...unpacked } as Claim, lake);
    kernel.begin(
      { ...layout, dialect: layout, columns: dataset.columns },
      { byteStart: source.byteStart, skipBytes: 0 },
    );
    const counters = new Slots().begin(job);
    const tools = { kernel, counters, encoding: layout.encoding, stopwatch: new Stopwatch(), signal };
    for await (const batch of readBatches({ ...source, ...tools })) {
      for (let row = 0; row < batch.rows; row++)
        outcome.rows.push(batch.vectors.map((vector) => valueAt(vector, row) as string | null));
      for (const raw of batch.rejects) {
        const { line, code } = ledgerReject(raw, dataset, layout, source.lineStart);
        outcome.rejects.push([line, code.replace('LF_REJECT_', '')]);
      }
    }
  }
  return outcome;
}

/** As it is in the ledger. */
function toLoaded({ unpackedStart, unpackedEnd }: StreamChunk, number: number): LoadedChunk {
  return { chunk: { number }, unpacked: { start: unpackedStart, end: unpackedEnd } } as LoadedChunk;
}

async function chunksOf(file: LedgerFile, cut: number): Promise<readonly StreamChunk[]> {
  const layout = file.layout!;
  if (isStream(layout)) {
    const job = { fileId: 1, number: 0, byteStart: 0, byteEnd: file.bytes, pieceBytes: Math.max(1, cut) };
    const tools = { lake, counters: new Slots().begin(job), signal };
    return (await scanStream(job, file, tools)).chunks;
  }
  return planChunks({
    ...{ bytes: file.bytes, recordsFrom: layout.headerBytes, chunkBytes: 1 },
    recordsUntil: file.bytes - (layout.footerBytes ?? 0),
    headerLines: linesBeforeRecords(layout),
    scans: await scansOf(file, layout, cut),
  });
}

/** Of the records before and after `cut`. */
async function scansOf(file: LedgerFile, layout: FileLayout, cut: number) {
  const content = readFileSync(join(folder, 'file.csv'));
  const borders = [layout.headerBytes, Math.max(layout.headerBytes, cut), file.bytes];
  return Promise.all(
    [0, 1].map(async (i) => {
      const scanner = await createScanner(layout, borders[i]);
      scanner.update(toUtf8(content.subarray(borders[i], borders[i + 1]), layout.encoding));
      return scanner.finish();
    }),
  );
}

/** Every place where a piece may begin; a few for megabytes, and of sizes of chunks for streams. */
function cutsOf({ bytes, layout }: LedgerFile): number[] {
  const { headerBytes } = layout!;
  const places = Math.floor((bytes - headerBytes) / (unitBytes(layout!.encoding) ?? 1)) + 1;
  const few = bytes > 1e6 ? 2 : isStream(layout!) ? 8 : places;
  const step = (bytes - headerBytes) / Math.max(1, Math.min(few, places) - 1);
  return Array.from({ length: Math.min(few, places) }, (_, i) => headerBytes + Math.round(i * step));
}

const document = readFileSync(new URL('../../docs/csv.md', import.meta.url), 'utf8');
const oddities = [...document.matchAll(/^\| (.+?) \| .+ \|$/gm)]
  .map(([, first]) => first)
  .filter((first) => !/^-+$/.test(first) && first !== 'what is odd');

describe('docs/csv.md', () => {
  it('has a row for every example, and an example for every row', () => {
    expect([...new Set(cases.map(({ oddity }) => oddity))]).toEqual(oddities);
  });

  it.each(cases.map((one, i) => [`${i} ${one.oddity}`, one] as const))(
    'says what is done: %s',
    async (_name, one) => {
      const dataset = datasetOf(one);
      const file = await fileOf(one.file);
      if (one.error !== undefined) {
        const reading = readLayout(dataset, file).then(async (layout) => chunksOf({ ...file, layout }, 1));
        await expect(reading).rejects.toMatchObject({ code: one.error });
        return;
      }
      const layout = await readLayout(dataset, file);
      expect(layout).toMatchObject(one.layout ?? {});
      const planned = { ...file, layout };
      const rows = one.rows?.map((row) => dataset.columns.map((_, c) => row[c] ?? null)) ?? [];
      const expected = { rows, rejects: one.rejects ?? [] };
      let chunks: readonly StreamChunk[] = [];
      for (const cut of cutsOf(planned)) {
        chunks = await chunksOf(planned, cut);
        expect(await readChunks(dataset, planned, chunks)).toEqual(expected);
      }
      if (layout.compression === undefined) return;
      // Nothing of the last ones is in the spool any more: they are unpacked from the file, one by one or all at once.
      await clearSpool(lake, 1);
      expect(await readChunks(dataset, planned, chunks)).toEqual(expected);
      expect(await spooledFiles(lake)).toEqual([]);
      await unpackAgain(planned, 1, chunks.map(toLoaded), { lake, signal });
      for (const [number, { unpackedStart, unpackedEnd }] of chunks.entries()) {
        const bytes = unpackedEnd! - unpackedStart!;
        const chunk = { fileId: 1, number, start: unpackedStart!, bytes };
        if (bytes > 0) expect(await findSpooled(lake, chunk)).not.toBeNull();
      }
      expect(await readChunks(dataset, planned, chunks)).toEqual(expected);
    },
  );
});
