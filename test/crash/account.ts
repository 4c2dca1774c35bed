/**
 * Everything that a site holds, in words that do not depend on what happened on the way: numbers of files
 * and chunks are replaced by their order. Two sites that did the same work have the same account, whoever
 * died in one of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditLake } from '../../coordinator/lake-audit.ts';
import { openStorage } from '../../platform/storage/index.ts';
import type { Receipt } from '../../platform/types.ts';
import { filesIn } from './residue.ts';
import type { CrashSite } from './site.ts';

interface FileRow {
  readonly file_id: number;
  readonly name: string;
  readonly state: string;
  readonly url: string;
  readonly link: string | null;
  readonly linked_to: number | null;
  readonly duplicate_of: number | null;
  readonly rows_loaded: string;
  readonly rows_rejected: string;
  readonly receipt: Receipt;
}

/** A command that died leaves the file that it had begun, as failed, on record; the repeat makes a new one. */
const abandoned = `error->>'code' = 'LF_INGEST_ABANDONED'`;

export async function account(site: CrashSite) {
  const ask = async <Row>(text: string): Promise<Row[]> => (await site.pool.query(text)).rows as Row[];
  const files = await ask<FileRow>(
    `select * from landfall.file where (${abandoned}) is not true order by file_id`,
  );
  const order = new Map(files.map((file, i) => [file.file_id, i + 1]));
  const ordered = (fileId: number | null) =>
    fileId === null ? null : (order.get(fileId) ?? `no file ${fileId}`);
  const named = (path: string) =>
    path.replace(/f(\d+)-/, (_, fileId) => `f${ordered(Number(fileId))}-`).replace(/-[0-9a-f]{8}\b/, '');
  const parts = await ask<{ path: string; rows: number; bytes: number; file_id: number }>(
    'select path, rows::int, bytes::int, file_id from landfall.manifest order by path',
  );
  const lake = await openStorage(join(site.folder, 'lake'));
  const audit = await auditLake(lake, parts, { footers: true });
  return {
    files: files.map(({ receipt, ...file }) => ({
      name: file.name,
      state: file.state,
      lies: place(site, file.url, ordered),
      link: file.link,
      linkedTo: ordered(file.linked_to),
      duplicateOf: ordered(file.duplicate_of),
      rows: [Number(file.rows_loaded), Number(file.rows_rejected)],
      receipt: {
        status: receipt.status,
        rows: receipt.rows,
        parts: receipt.parts,
        lakeRows: receipt.lakeRows,
        starRows: receipt.starRows,
        chunks: receipt.chunks,
        rejectsByCode: receipt.rejectsByCode,
        checks: receipt.checks.map(({ name, ok }) => [name, ok]),
        error: receipt.error?.code,
        undone: receipt.undone?.reason,
      },
    })),
    star: (
      await ask<{ file_id: number; number: number; row: string }>(
        `select c.file_id, c.number, concat_ws(' ', f.id, r.name, f.at, f.day_key) as row
         from star.fact_crossing f join star.dim_rider r using (rider_key) join landfall.chunk c using (chunk_id)
         order by f.id, c.file_id`,
      )
    ).map(({ file_id, number, row }) => `file ${ordered(file_id)} chunk ${number}: ${row}`),
    rides: await ask('select count(*)::int as rides, count(distinct id)::int as ids from star.fact_crossing'),
    riders: await ask('select name from star.dim_rider where name is not null order by name'),
    days: await ask('select date::text from star.dim_day order by date'),
    mart: await ask('select name, rides from star.rides_by_rider order by name'),
    parts: parts.map((part) => `${named(part.path)}: ${part.rows} rows`).sort(),
    lake: { rows: audit.rows, faults: audit.faults },
    quarantine: filesIn(join(site.folder, 'lake', 'quarantine')).map(named),
    rejects: (
      await ask<{ file_id: number; byte_offset: string; code: string; raw: string; taken_by: number | null }>(
        `select * from landfall.reject
         where file_id not in (select file_id from landfall.file where ${abandoned}) order by file_id, byte_offset`,
      )
    ).map((row) => [ordered(row.file_id), Number(row.byte_offset), row.code, row.raw, ordered(row.taken_by)]),
    landing: filesIn(join(site.folder, 'landing')),
    archive: filesIn(join(site.folder, 'archive'))
      .filter((path) => !isAside(path))
      .filter(isNoReplay)
      .map(undated),
    replays: await unknownReplays(site),
    failed: filesIn(join(site.folder, 'failed'))
      .filter((path) => !isAside(path))
      .map((path) => [path, errorIn(join(site.folder, 'failed', path))]),
  };
}

/** What a writer that was killed left; swept when it is an hour old. */
function isAside(path: string): boolean {
  return path.startsWith('.landfall-tmp/');
}

function isNoReplay(path: string): boolean {
  return !path.startsWith('replays/');
}

/** Exports of rejects in the archive that no file of the ledger is. */
async function unknownReplays(site: CrashSite): Promise<string[]> {
  const { rows } = await site.pool.query(`select url from landfall.file where link = 'replays'`);
  const known = new Set(rows.map((row) => fileURLToPath(row.url)));
  const archive = join(site.folder, 'archive');
  return filesIn(archive).filter((path) => path.startsWith('replays/') && !known.has(join(archive, path)));
}

function undated(path: string): string {
  return path.replace(/\d{4}-\d\d-\d\d/, 'day').replace(/~\d+/, '~n');
}

function errorIn(path: string): string | null {
  return path.endsWith('.error.json') ? JSON.parse(readFileSync(path, 'utf8')).code : null;
}

function place(site: CrashSite, url: string, ordered: (fileId: number) => unknown): string {
  if (!url.startsWith('file://')) return undated(url);
  const path = fileURLToPath(url).slice(site.folder.length + 1);
  return undated(path).replace(/f(\d+)-[0-9a-f]+\.csv/, (_, fileId) => `f${ordered(Number(fileId))}.csv`);
}
