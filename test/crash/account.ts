/**
 * Everything that a site holds, in words that do not depend on what happened on the way: numbers of files
 * and chunks are replaced by their order. Two sites that did the same work have the same account, whoever
 * died in one of them.
 */

import type { Receipt } from '../../platform/file-receipt.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { keyIn } from '../../platform/storage/index.ts';
import { auditLake, type PartToAudit } from '../../sinks/lake/audit-lake.ts';
import { type DatasetName, datasets, names, type Rides } from './dataset.ts';
import { abandoned, keysOf } from './residue.ts';
import type { CrashSite } from './site.ts';

interface FileRow {
  readonly file_id: number;
  readonly dataset: DatasetName;
  readonly name: string;
  readonly state: string;
  readonly url: string;
  readonly link: string | null;
  readonly linked_to: number | null;
  readonly parent_id: number | null;
  readonly duplicate_of: number | null;
  readonly rows_loaded: string;
  readonly rows_rejected: string;
  readonly receipt: Receipt;
}

/** How much is done before a file of these is given up is another each time, and dimensions keep their members. */
const givenUp: DatasetName = 'strict_rides';

/** `after`: number of the last file that was there before; what the earlier ones are is only counted. */
export async function account(site: CrashSite, after = 0) {
  const ask = async <Row>(text: string, ...values: unknown[]): Promise<Row[]> =>
    (await site.pool.query(text, values)).rows as Row[];
  const files = await ask<FileRow>(
    `select f.*, landfall.receipt_of(f) as receipt from landfall.file f where file_id > $1 and not ${abandoned}
     order by name, file_id`,
    after,
  );
  const order = new Map(files.map((file, i) => [file.file_id, i + 1]));
  const ordered = (fileId: number | null) =>
    fileId === null ? null : (order.get(fileId) ?? `no file ${fileId}`);
  const named = (path: string) =>
    path.replace(/f(\d+)-/, (_, fileId) => `f${ordered(Number(fileId))}-`).replace(/-[0-9a-f]{8}\b/, '');
  const parts = await ask<PartToAudit & { readonly own: string }>(
    `select m.path, regexp_replace(m.path, '[^/]*$', 'f' || m.file_id || '-c' || c.number) as own, m.rows::int, m.bytes::int, m.chunk_id as "chunkId",
       case when s.path is not null then json_build_object('rows', s.rows, 'bytes', s.bytes) end as shared
     from landfall.manifest m join landfall.chunk c using (chunk_id) left join landfall.shared_part s using (path)
     where m.file_id > $1 order by m.path, m.chunk_id`,
    after,
  );
  const { landing, lake, archive, failed } = site.stores;
  const audit = await auditLake(lake, parts, { footers: true });
  const ofThese = (path: string) => Number(/\bf(\d+)-/.exec(path)?.[1]) > after;
  return {
    files: files.map((file) => fileAccount(site, file, ordered)),
    stars: await Promise.all(names.map((name) => starAccount(ask, name, after, ordered))),
    snapshots: (
      await ask<{ dataset: string; kind: string; file_id: number }>(
        'select dataset, kind, file_id from landfall.snapshot where file_id > $1',
        after,
      )
    )
      .map(({ dataset, kind, file_id }) => `${dataset}: ${kind} of file ${ordered(file_id)}`)
      .sort(),
    // Whether small files were loaded together, and share parts, depends on who died when.
    parts: parts.map(({ own, rows }) => `${named(own)}: ${rows} rows`).sort(),
    lake: { rows: audit.rows, faults: audit.faults },
    manifest: await ask('select count(*)::int as parts, sum(rows)::int as rows from landfall.manifest'),
    quarantine: (await keysOf(lake))
      .filter((key) => key.startsWith('quarantine/') && ofThese(key))
      .map(named)
      .sort(),
    rejects: (
      await ask<{ file_id: number; byte_offset: string; code: string; raw: string; taken_by: number | null }>(
        `select r.* from landfall.reject r join landfall.file f using (file_id)
         where file_id > $1 and f.dataset <> $2 and not ${abandoned} order by name, file_id, byte_offset`,
        after,
        givenUp,
      )
    ).map((row) => [ordered(row.file_id), Number(row.byte_offset), row.code, row.raw, ordered(row.taken_by)]),
    landing: await keysOf(landing),
    archive: (await keysOf(archive)).filter((key) => !isReplay(key)).map(undated),
    unknownReplays: await unknownReplays(ask, archive),
    failed: await Promise.all((await keysOf(failed)).map(async (key) => [key, await errorIn(failed, key)])),
  };
}

type Ask = <Row>(text: string, ...values: unknown[]) => Promise<Row[]>;

/** The order of a file among those of the account. */
type Ordered = (fileId: number | null) => number | string | null;

function fileAccount(site: CrashSite, { receipt, ...file }: FileRow, ordered: Ordered) {
  const { name, state } = file;
  const ended = { name, state, lies: place(site, file.url, ordered), error: receipt.error?.code };
  if (file.dataset === givenUp) return ended;
  return {
    ...ended,
    link: file.link,
    linkedTo: ordered(file.linked_to),
    parent: ordered(file.parent_id),
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
      // "replaced by file 20"
      undone: receipt.undone?.reason?.replace(
        /\bfile (\d+)/,
        (_, fileId) => `file ${ordered(Number(fileId))}`,
      ),
    },
  };
}

/** Null where no file of the dataset has come yet. */
async function starAccount(ask: Ask, name: DatasetName, after: number, ordered: Ordered) {
  const [{ there }] = await ask<{ there: boolean }>(
    `select to_regclass('star.fact_${name}') is not null as there`,
  );
  if (!there) return null;
  const facts = await ask<{ file_id: number; number: number; row: string }>(
    `select c.file_id, c.number, concat_ws(' ', f.id, r.name, f.at, f.day_${name}_key) as row
     from star.fact_${name} f join star.rider_${name} r using (rider_${name}_key)
       join star.hashed_${name} h on h.hashed_${name}_key = f.hashed_${name}_key and h.name = r.name
       join landfall.chunk c using (chunk_id)
     where c.file_id > $1 order by f.id, c.file_id`,
    after,
  );
  const members = {
    riders: await ask(`select name from star.rider_${name} where name is not null order by name`),
    days: await ask(`select date::text from star.day_${name} order by date`),
  };
  const joined = (datasets[name] as Rides).joined && {
    teams: await ask(
      `select team, count(*)::int as rides from star.fact_${name} group by team order by team`,
    ),
    references: await ask('select name, rows from landfall.reference'),
  };
  const superseded = (datasets[name] as Rides).mode && {
    superseded: (
      await ask<{ file_id: number; number: number; id: number }>(
        `select c.file_id, c.number, f.id from star.fact_${name}_superseded f join landfall.chunk c using (chunk_id)
         where c.file_id > $1`,
        after,
      )
    )
      .map(({ file_id, number, id }) => `file ${ordered(file_id)} chunk ${number}: ${id}`)
      .sort(),
  };
  const derived = (datasets[name] as Rides).derives && {
    derived: {
      rolled: await ask(`select * from star.${name}_rolled order by 1`),
      latest: await ask(`select name, ride from star.rider_${name} where name is not null order by name`),
      history: await ask(
        `select t.name, h.valid_from::text, h.valid_to::text, h.ride
         from star.tour_${name}_history h join star.tour_${name} t using (tour_${name}_key) order by 1, 2`,
      ),
    },
  };
  return {
    ...joined,
    ...superseded,
    ...derived,
    facts: facts
      .map(({ file_id, number, row }) => `${row} of file ${ordered(file_id)} chunk ${number}`)
      .sort(),
    inAll: await ask(`select count(*)::int as rides, count(distinct id)::int as ids from star.fact_${name}`),
    marts: {
      riders: await ask(`select name, rides from star.${name}_by_rider order by name`),
      days: await ask(`select date::text, rides from star.${name}_by_day order by date`),
    },
    ...(name !== givenUp && members),
  };
}

function isReplay(key: string): boolean {
  return key.startsWith('replays/');
}

/** Exports of rejects in the archive that no file of the ledger is. */
async function unknownReplays(ask: Ask, archive: Storage): Promise<string[]> {
  const replays = await ask<{ url: string }>(`select url from landfall.file where link = 'replays'`);
  const known = new Set(replays.map(({ url }) => keyIn(archive, url)));
  return (await keysOf(archive)).filter((key) => isReplay(key) && !known.has(key));
}

function undated(path: string): string {
  return path.replace(/\d{4}-\d\d-\d\d/, 'day').replace(/~\d+/, '~n');
}

async function errorIn(failed: Storage, key: string): Promise<string | null> {
  if (!key.endsWith('.error.json')) return null;
  const pieces: Uint8Array[] = [];
  for await (const bytes of failed.read(key, { start: 0, end: Infinity })) pieces.push(bytes);
  return JSON.parse(Buffer.concat(pieces).toString()).code;
}

function place({ stores }: CrashSite, url: string, ordered: Ordered): string {
  for (const [name, store] of Object.entries(stores)) {
    const key = keyIn(store, url);
    if (key === null) continue;
    return `${name}/${undated(key).replace(/f(\d+)-[0-9a-f]+\.csv/, (_, fileId) => `f${ordered(Number(fileId))}.csv`)}`;
  }
  return url.slice(url.lastIndexOf('/') + 1);
}
