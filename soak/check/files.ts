/** Checks how every file ended: its state, its receipt, its rejects, and where it is now. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { Knowledge } from '../act/knowledge.ts';
import type { SoakDataset } from '../plan/types.ts';
import type { OwnPostgres } from '../site/postgres.ts';
import type { DoneFile } from './rows.ts';

interface FileRow extends Record<string, unknown> {
  file_id: number;
  dataset: SoakDataset;
  name: string;
  url: string;
  origin: string;
  bytes: number;
  state: string;
  content_hash: string | null;
  receipt: Receipt | null;
  error: { code: string; message: string } | null;
}

export interface FilesFound {
  readonly done: readonly DoneFile[];
  readonly states: Readonly<Record<string, number>>;
  readonly rejects: number;
  readonly bytes: number;
  readonly faults: readonly string[];
}

export async function checkFiles(postgres: OwnPostgres, knowledge: Knowledge): Promise<FilesFound> {
  const files = await postgres.query<FileRow>(
    'select file_id, dataset, name, url, origin, bytes::float8 as bytes, state, content_hash, landfall.receipt_of(f) as receipt, error from landfall.file f order by file_id',
  );
  const faults: string[] = [];
  const states: Record<string, number> = {};
  const done: DoneFile[] = [];
  const loaded = new Map<string, number>();
  let rejects = 0;
  for (const file of files) {
    states[file.state] = (states[file.state] ?? 0) + 1;
    const known = [...knowledge.contents.values()].find(
      (made) => made.hash === file.content_hash && made.content.dataset === file.dataset,
    );
    const fault = (what: string) =>
      faults.push(`${file.dataset}/${file.name} (file ${file.file_id}): ${what}`);
    if (file.state === 'failed') {
      const code = file.error?.code ?? 'no code';
      if (!mayFail(knowledge, file, code))
        fault(`failed without a reason of its own: ${code}, ${file.error?.message}`);
    }
    if (file.state !== 'done') continue;
    if (known === undefined) {
      fault('holds bytes that nobody dropped');
      continue;
    }
    const key = `${file.dataset} ${file.content_hash}`;
    loaded.set(key, (loaded.get(key) ?? 0) + 1);
    const { file_id: fileId, dataset, name } = file;
    done.push({ fileId, dataset, name, contentHash: known.hash, expected: known.expected });
    for (const what of brokenReceipt(file, known.rejectCount)) fault(what);
    if (!knowledge.fates.get(key)?.overwritten && !liesWhereItSays(file)) fault(`is not at ${file.url}`);
    const found = await postgres.query<{ byte_offset: number; code: string }>(
      'select byte_offset::float8 as byte_offset, code from landfall.reject where file_id = $1 order by byte_offset, code',
      [file.file_id],
    );
    rejects += found.length;
    const listed = found.map(({ byte_offset: at, code }) => `${at},${code}\n`).join('');
    if (listed !== readFileSync(known.rejects, 'utf8'))
      fault(`its rejects are not those of the file (${found.length} of ${known.rejectCount})`);
  }
  for (const [key, { least, most }] of knowledge.fates) {
    const times = loaded.get(key) ?? 0;
    if (times >= least && times <= most) continue;
    const made = [...knowledge.contents.values()].find(
      (one) => `${one.content.dataset} ${one.hash}` === key,
    )!;
    faults.push(
      `content ${made.content.id} of ${made.content.dataset} is loaded ${times} times, not ${least === most ? least : '0 or 1 times'}`,
    );
  }
  const bytes = files.reduce((sum, file) => sum + (file.state === 'done' ? file.bytes : 0), 0);
  return { done, states, rejects, bytes, faults };
}

/** Finds what is known of a file, by its content if that is known, otherwise by the contents that had its name. */
function mayFail(
  knowledge: Knowledge,
  { dataset, name, content_hash: hash }: FileRow,
  code: string,
): boolean {
  const own = knowledge.fates.get(`${dataset} ${hash}`);
  if (own?.mayFail.has(code)) return true;
  const named = knowledge.names.get(`${dataset}/${name}`) ?? [];
  return named.some((id) => knowledge.fateOf(id).mayFail.has(code));
}

function* brokenReceipt({ receipt }: FileRow, rejectCount: number): Generator<string> {
  if (receipt === null) return yield 'is done without a receipt';
  const { rows, lakeRows, starRows, checks } = receipt;
  if (rows.parsed !== rows.loaded + rows.rejected + rows.deduplicated) yield 'its receipt does not add up';
  if (lakeRows !== rows.loaded || starRows !== rows.loaded)
    yield 'its receipt counts lake and star differently';
  if (rows.rejected !== rejectCount) yield `its receipt says ${rows.rejected} rejects, not ${rejectCount}`;
  for (const check of checks)
    if (!check.ok) yield `is done though '${check.name}' does not hold: ${check.detail}`;
}

function liesWhereItSays({ url, bytes }: FileRow): boolean {
  try {
    return statSync(url.startsWith('file:') ? fileURLToPath(url) : url).size === bytes;
  } catch {
    return false;
  }
}
