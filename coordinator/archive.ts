/**
 * Takes finished files out of the landing folder, and never over another file:
 * archive/<dataset>/<yyyy-mm-dd>/<name> when loaded or a duplicate; failed/<dataset>/<name> with
 * <name>.error.json beside it when not. Where that name is taken the file's id is added to it. Files that
 * were ingested where they lie stay there, and so do those that were loaded again from the archive.
 */
import type { LedgerFile } from '../platform/ledger/ledger.ts';
import { sql } from '../platform/sql.ts';
import { objectUrl, openObject } from '../platform/storage/index.ts';
import type { Receipt, Storage } from '../platform/types.ts';
import type { Context } from './context.ts';

/** `changed`: another file lies under its name by now and stays; `gone`: nothing does. */
export type Moved = 'moved' | 'stays' | 'changed' | 'gone';

/** After a file is done or a duplicate. Repeating it is harmless. */
export function archiveFile(context: Context, file: LedgerFile): Promise<Moved> {
  return orLater(context, file, intoArchive(context, file));
}

async function intoArchive(context: Context, file: LedgerFile): Promise<Moved> {
  const day = file.landedAt.toISOString().slice(0, 10);
  const { moved } = await moveAside(context, file, context.archive, `${file.dataset}/${day}/${file.name}`);
  if (moved === 'moved') await dropReport(context, file);
  return moved;
}

/** A file that was loaded from the failed ones leaves nothing there. */
async function dropReport(context: Context, file: LedgerFile): Promise<void> {
  if (!liesIn(await context.failed(), file)) return;
  const { storage, key } = await openObject(file.url);
  await storage.delete(`${key}.error.json`);
}

/** After a file failed: moves it and says beside it why, unless it lay aside already. Repeating it is harmless. */
export function moveFailed(context: Context, file: LedgerFile, receipt: Receipt): Promise<Moved> {
  return orLater(context, file, intoFailed(context, file, receipt));
}

async function intoFailed(context: Context, file: LedgerFile, receipt: Receipt): Promise<Moved> {
  const { moved, key } = await moveAside(context, file, context.failed, `${file.dataset}/${file.name}`);
  const failedAgain = moved === 'stays' && liesIn(await context.failed(), file);
  if (moved !== 'moved' && !failedAgain) return moved;
  const { error, rejectsByCode, finishedAt } = receipt;
  const report = { ...error, file: file.name, at: finishedAt, rejectsByCode };
  const beside = failedAgain ? await openObject(file.url) : { storage: await context.failed(), key };
  await beside.storage.put(`${beside.key}.error.json`, `${JSON.stringify(report, null, 2)}\n`);
  return moved;
}

function liesIn(store: Storage, file: LedgerFile): boolean {
  return file.url.startsWith(objectUrl(store, 'x').slice(0, -1));
}

/** The file has ended, moved or not: where it cannot be moved now, the next start tries again. */
async function orLater(context: Context, file: LedgerFile, moving: Promise<Moved>): Promise<Moved> {
  try {
    return await moving;
  } catch (error) {
    context.log.error(
      { err: error, file: file.name },
      'the file has ended but could not be moved; it is tried at the next start',
    );
    return 'stays';
  }
}

async function moveAside(
  context: Context,
  file: LedgerFile,
  openTarget: () => Promise<Storage>,
  wanted: string,
): Promise<{ moved: Moved; key: string }> {
  if (file.origin !== 'landing') return { moved: 'stays', key: wanted };
  const { storage, key: sourceKey } = await openObject(file.url);
  const stored = await storage.stat(sourceKey);
  if (stored === null) return { moved: 'gone', key: wanted };
  if (stored.fingerprint !== file.fingerprint) return { moved: 'changed', key: wanted };
  const target = await openTarget();
  if (liesIn(target, file)) return { moved: 'stays', key: wanted };
  const key = await freeKey(target, wanted, file.fileId);
  await target.moveFrom(storage, sourceKey, key);
  await context.pool.query(sql('moved-file'), [file.url, objectUrl(target, key), file.fingerprint]);
  return { moved: 'moved', key };
}

/** `name.csv`, else `name~12.csv`, else `name~12~2.csv` and so on. */
async function freeKey(target: Storage, wanted: string, fileId: number): Promise<string> {
  if (await isFree(target, wanted)) return wanted;
  const slash = wanted.lastIndexOf('/');
  const dot = wanted.indexOf('.', slash + 2);
  const [stem, ending] = dot < 0 ? [wanted, ''] : [wanted.slice(0, dot), wanted.slice(dot)];
  for (let again = 1; ; again++) {
    const key = `${stem}~${fileId}${again > 1 ? `~${again}` : ''}${ending}`;
    if (await isFree(target, key)) return key;
  }
}

/** Anything in the way counts, also what is not a file of ours (a link, a folder). */
async function isFree(target: Storage, key: string): Promise<boolean> {
  try {
    return (await target.stat(key)) === null;
  } catch {
    return false;
  }
}
