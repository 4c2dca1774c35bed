/**
 * Gives up what is left of files that ended long ago, by kind:
 *
 *   archive     objects in the archive: their files can be undone, and not loaded again, repaired or rebuilt
 *   failed      objects of failed files, and why they failed
 *   quarantine  rejects as Parquet in the lake; the ledger has them too
 *   detail      chunks and rejects of files that failed or were undone; receipts stay
 *   deliveries  what webhooks were told, or were not
 *
 * What the star and the lake show never depends on these. An object stays while rejects of its file wait, or another
 * file needs it. The ledger gives an object up before it is deleted, so whoever dies in between leaves nothing that
 * the next run does not find.
 */
import type pg from 'pg';
import {
  beingPruned,
  datasetsOfFiles,
  endedBefore,
  endPruning,
  notePruned,
  objectsToPrune,
  pruneDetail,
} from '../../ledger/tables/archive.ts';
import { pruneDeliveries } from '../../ledger/tables/deliveries.ts';
import { ageOf, type KeepRule, type KeptKind, keptKinds } from '../../platform/config/keep.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openWritableObject } from '../../platform/storage/index.ts';

export interface PruneTools {
  readonly pool: pg.Pool;
  readonly lake: Storage;
  /** Addresses of the places of put-away objects, with a slash at the end of each. */
  readonly places: Readonly<Record<'archive' | 'failed', string>>;
}

export interface PruneOptions {
  readonly rules: readonly KeepRule[];
  /** Null: all. */
  readonly dataset: string | null;
  /** Counts, and changes nothing. */
  readonly dry: boolean;
  readonly now: Date;
}

/** What was given up, or would be. */
export interface Pruned {
  readonly dataset: string;
  readonly kind: KeptKind;
  /** Files that ended before this. */
  readonly before: Date;
  /** Files of `archive`, `failed` and `detail`; objects of `quarantine`; 0 for `deliveries`. */
  readonly files: number;
  /** Bytes of objects; 0 for `detail` and `deliveries`. */
  readonly bytes: number;
  /** Rows of the ledger; 0 for the others. */
  readonly rows: number;
  /** Files that are old enough and stay, by reason. */
  readonly kept: Readonly<Record<'rejects' | 'in use', number>>;
}

/** Yields what became of each kind of each dataset that a rule is about, if there was something. May be repeated. */
export async function* prune(tools: PruneTools, options: PruneOptions): AsyncGenerator<Pruned> {
  if (!options.dry) await resume(tools.pool);
  const datasets = await datasetsOfFiles(tools.pool);
  for (const dataset of datasets.filter((name) => (options.dataset ?? name) === name)) {
    for (const kind of keptKinds) {
      const ms = ageOf(options.rules, dataset, kind);
      if (ms === null) continue;
      const about = { dataset, kind, before: new Date(options.now.getTime() - ms), dry: options.dry };
      const done = await pruners[kind](tools, about);
      const { files, rows, kept } = done;
      if (files + rows + kept.rejects + kept['in use'] > 0) yield { ...about, ...done };
    }
  }
}

interface About {
  readonly dataset: string;
  readonly kind: KeptKind;
  readonly before: Date;
  readonly dry: boolean;
}

type Counts = Omit<Pruned, keyof About>;
type Pruner = (tools: PruneTools, about: About) => Promise<Counts>;

const none = { files: 0, bytes: 0, rows: 0, kept: { rejects: 0, 'in use': 0 } };

const pruners: Record<KeptKind, Pruner> = {
  archive: pruneObjects,
  failed: pruneObjects,
  quarantine: pruneQuarantine,
  detail: pruneRows,
  deliveries: pruneTold,
};

async function pruneObjects(
  { pool, places }: PruneTools,
  { dataset, kind, before, dry }: About,
): Promise<Counts> {
  const counts = { ...none, kept: { ...none.kept } };
  const place = places[kind as keyof typeof places];
  for await (const page of objectsToPrune(pool, dataset, { before, place })) {
    for (const { kept } of page) if (kept !== null) counts.kept[kept as keyof typeof counts.kept]++;
    const free = page.filter(({ kept }) => kept === null);
    const given = dry ? free : await giveUp(pool, free, before);
    counts.files += given.length;
    counts.bytes += given.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  return counts;
}

/** Returns those that were given up: another process may need one by now. */
async function giveUp<File extends { readonly file_id: number; readonly bytes: number }>(
  pool: pg.Pool,
  files: readonly File[],
  before: Date,
): Promise<File[]> {
  if (files.length === 0) return [];
  const ids = files.map(({ file_id }) => file_id);
  const noted = await inTransaction(pool, (client) => notePruned(client, ids, before));
  crashPoint('prune.noted');
  await deleteObjects(pool, noted);
  const given = new Set(noted.map(({ file_id }) => file_id));
  return files.filter(({ file_id }) => given.has(file_id));
}

/** Deletes what an interrupted run has given up. */
async function resume(pool: pg.Pool): Promise<void> {
  for (let left = await beingPruned(pool); left.length > 0; left = await beingPruned(pool))
    await deleteObjects(pool, left);
}

/** Deletes at the same time, at most. */
const deletesAtATime = 16;

async function deleteObjects(
  pool: pg.Pool,
  files: readonly { readonly file_id: number; readonly url: string }[],
): Promise<void> {
  await atATime(deletesAtATime, [...new Set(files.map(({ url }) => url))], async (url) => {
    const found = await openWritableObject(url).catch(ignoreMissing);
    if (found === null) return;
    // A failed file has its reason beside it.
    for (const key of [found.key, `${found.key}.error.json`]) await found.storage.delete(key);
  });
  crashPoint('prune.deleted');
  await endPruning(
    pool,
    files.map(({ file_id }) => file_id),
  );
}

/** The folder may be gone with its last object. */
function ignoreMissing(error: unknown): null {
  if ((error as { code?: string }).code === 'LF_FILE_MISSING') return null;
  throw error;
}

/** Objects of which one statement asks. */
const quarantinedTogether = 1000;

async function pruneQuarantine({ pool, lake }: PruneTools, { dataset, before, dry }: About): Promise<Counts> {
  const counts = { ...none };
  let page: { key: string; bytes: number; fileId: number }[] = [];
  const judge = async () => {
    const ended = await endedBefore(pool, [...new Set(page.map(({ fileId }) => fileId))], before);
    const old = page.filter(({ fileId }) => ended.has(fileId));
    page = [];
    counts.files += old.length;
    counts.bytes += old.reduce((sum, { bytes }) => sum + bytes, 0);
    if (!dry) await atATime(deletesAtATime, old, ({ key }) => lake.delete(key));
  };
  for await (const { key, bytes } of lake.list(`quarantine/${dataset}/`)) {
    const [, fileId] = /\/f(\d+)-c\d+\.parquet$/.exec(key) ?? [];
    if (fileId !== undefined) page.push({ key, bytes, fileId: Number(fileId) });
    if (page.length === quarantinedTogether) await judge();
  }
  await judge();
  return counts;
}

/** Files whose rows one transaction removes. */
const filesTogether = 500;

async function pruneRows({ pool }: PruneTools, { dataset, before, dry }: About): Promise<Counts> {
  const counts = { ...none };
  for (;;) {
    const files = dry ? 2 ** 31 - 1 : filesTogether;
    const gone = await pruneDetail(pool, dataset, { before, files, dry });
    counts.files += gone.files;
    counts.rows += gone.chunks + gone.rejects;
    if (dry || gone.files === 0) return counts;
  }
}

/** Deliveries that one statement removes. */
const deliveriesTogether = 5000;

async function pruneTold({ pool }: PruneTools, { dataset, before, dry }: About): Promise<Counts> {
  const counts = { ...none };
  for (;;) {
    const most = dry ? Number.MAX_SAFE_INTEGER : deliveriesTogether;
    const gone = await pruneDeliveries(pool, dataset, { before, most, dry });
    counts.rows += gone;
    if (dry || gone === 0) return counts;
  }
}
