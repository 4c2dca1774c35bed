/**
 * Loads corrected rows that somebody has uploaded, as `landfall ingest` loads an exported file that was corrected. They are
 * kept in the archive (corrections/<dataset>/…), where a replay of their file finds them.
 */
import { randomBytes } from 'node:crypto';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { waitingRejects } from '../../ledger/tables/rejects.ts';
import { datasetNamed } from '../../model/registry.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { objectUrl } from '../../platform/storage/index.ts';
import type { Context } from '../context.ts';
import { exportDelimiter, guardedColumn } from '../detect/added-columns.ts';
import { referenceOf } from './export-json.ts';
import { Unguard } from './spreadsheet-guard.ts';

/** First key of the advisory locks under which corrections of a file enter the archive; the second is its number. */
const correctLock = 0x1a4df41c;

/** Bytes that are looked at first, to tell what is corrected. */
const headBytes = 64 * 1024;

/** What an upload may have beside the bytes of the rejects: of each row, and in all. */
const addedBytes = { row: 4096, file: 1024 * 1024 };

/** What a person may make of a record, as a multiple of its bytes. */
const growth = 4;

/**
 * Adds the file to load to the ledger and returns it. `content`: what was exported of the file, with corrected rows.
 * Throws LF_FILE_UNKNOWN, LF_FILE_NOT_LOADED, LF_CORRECTION_NONE, LF_CORRECTION_EXPORT, LF_UPLOAD_SIZE,
 * LF_DATASET_UNKNOWN.
 */
export async function prepareCorrections(
  context: Context,
  fileId: number,
  content: AsyncIterable<Uint8Array>,
): Promise<LedgerFile> {
  const { file, rows } = await correctedRows(context, fileId, content);
  const archive = await context.archive();
  const folder = `corrections/${file.dataset}/f${file.fileId}-`;
  const extension = file.layout?.format === undefined ? 'csv' : 'ndjson';
  const key = `${folder}${randomBytes(4).toString('hex')}.${extension}`;
  const writer = await archive.writer(key);
  try {
    for await (const piece of rows) await writer.write(piece);
    return await inTransaction(context.pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1, $2)', [correctLock, file.fileId]);
      await dropStrays(context, archive, folder);
      await writer.commit();
      return noteCorrections(context, file, archive, key);
    });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export interface CorrectedRows {
  /** The file whose rejects they correct. */
  readonly file: LedgerFile;
  /** As they would be loaded. Throws LF_CORRECTION_EXPORT, LF_UPLOAD_SIZE. */
  readonly rows: AsyncIterable<Uint8Array>;
}

/** What prepareCorrections would load. Throws what that throws. */
export async function correctedRows(
  context: Context,
  fileId: number,
  content: AsyncIterable<Uint8Array>,
): Promise<CorrectedRows> {
  const { file, bytesMost } = await correctable(context, fileId);
  return { file, rows: plainRows(bounded(content, bytesMost), file) };
}

/** The file, and how many bytes its corrections may have. */
async function correctable(
  { ledger, pool, registry }: Context,
  fileId: number,
): Promise<{ file: LedgerFile; bytesMost: number }> {
  const file = await ledger.file(fileId);
  if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
  const { name, state } = file;
  if (state !== 'done') throw new LandfallError('LF_FILE_NOT_LOADED', { file: name, state });
  datasetNamed(registry, file.dataset);
  const { rejects, bytes } = await waitingRejects(pool, fileId);
  if (rejects === 0) throw new LandfallError('LF_CORRECTION_NONE', { original: name });
  return { file, bytesMost: growth * bytes + addedBytes.row * rejects + addedBytes.file };
}

async function* bounded(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > most) throw new LandfallError('LF_UPLOAD_SIZE', { most });
    yield piece;
  }
}

/** The rows without the guards of an export for a spreadsheet. Throws LF_CORRECTION_EXPORT. */
async function* plainRows(
  content: AsyncIterable<Uint8Array>,
  original: LedgerFile,
): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let unguard: Unguard | null = null;
  let isOpen = false;
  const open = (): Buffer => {
    const head = Buffer.concat(gathered);
    gathered = [];
    isOpen = true;
    refuseOthers(head, original);
    const text = head.toString('latin1');
    const line = text.slice(0, text.indexOf('\n') + 1);
    if (!line.includes(guardedColumn)) return head;
    unguard = new Unguard({ delimiter: exportDelimiter(head)!, quote: original.layout!.quote });
    const plain = line.replace(guardedColumn, '_landfall_message') + text.slice(line.length);
    return Buffer.from(unguard.push(plain), 'latin1');
  };
  for await (const piece of content) {
    if (isOpen) {
      yield unguard === null ? piece : Buffer.from(push(unguard, piece), 'latin1');
      continue;
    }
    gathered.push(piece);
    bytes += piece.length;
    if (bytes >= headBytes) yield open();
  }
  if (!isOpen) yield open();
  if (unguard !== null) yield Buffer.from((unguard as Unguard).end(), 'latin1');
}

function push(unguard: Unguard, piece: Uint8Array): string {
  return unguard.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1'));
}

/** Throws LF_CORRECTION_EXPORT unless the first row says that it corrects a reject of the file. */
function refuseOthers(head: Buffer, { fileId, name, layout }: LedgerFile): void {
  const fail = (reason: string): never => {
    throw new LandfallError('LF_CORRECTION_EXPORT', { original: name, reason });
  };
  const text = head.toString('utf8');
  const isJson = layout?.format !== undefined;
  if (!isJson && exportDelimiter(head) === null) fail('it does not begin with the column _landfall_file');
  const named = isJson ? referenceOf(text)?.file : /\n"?(\d{1,9}:[^\r\n]*)/.exec(text)?.[1];
  const [of] = (named ?? fail('its first row does not say which file it corrects')).split(':');
  if (Number(of) !== fileId) fail(`it corrects file ${of}, not file ${fileId}`);
}

/** Removes what an upload has left whose process died before the ledger had it. */
async function dropStrays({ ledger }: Context, archive: Storage, folder: string): Promise<void> {
  for await (const { key } of archive.list(folder)) {
    const known = await ledger.files({ url: objectUrl(archive, key), limit: 1 });
    if (known.length === 0) await archive.delete(key);
  }
}

async function noteCorrections(
  { ledger, scope }: Context,
  file: LedgerFile,
  archive: Storage,
  key: string,
): Promise<LedgerFile> {
  const { bytes, fingerprint } = (await archive.stat(key))!;
  return ledger.addFile({
    dataset: file.dataset,
    name: `${file.name}~corrected`,
    url: objectUrl(archive, key),
    scope,
    origin: 'ingest',
    bytes,
    fingerprint,
  });
}
