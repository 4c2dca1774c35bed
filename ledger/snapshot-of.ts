/** Which snapshot the rows of a file belong to, in a dataset whose files are snapshots. */
import { asOfName } from '../model/file/as-of.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import type { FilePlan } from './ledger.ts';
import type { LedgerFile } from './rows.ts';
import type { Client } from './statements/run.ts';
import { fileOf } from './tables/files.ts';

/** A snapshot: files with the same instant and the same content hash are parts of one. */
export interface SnapshotOf {
  /** As asOfName gives it. */
  readonly asOf: string;
  readonly contentHash: string;
}

type OneFile = Pick<LedgerFile, 'name' | 'contentHash' | 'link' | 'linkedTo'>;

/**
 * The snapshot of a planned file. Corrected and replayed rows belong to the snapshot of the file that rejected them.
 * `pattern`: of the names of files.
 * @throws LandfallError LF_SNAPSHOT_NAME
 */
export async function snapshotOf(client: Client, pattern: string, file: OneFile): Promise<SnapshotOf> {
  let original = file;
  while (belongsTo(original.link) && original.linkedTo !== null) {
    const next = await fileOf(client, original.linkedTo);
    if (next === null) break;
    original = next;
  }
  return { asOf: instantOf(pattern, original.name), contentHash: original.contentHash! };
}

function instantOf(pattern: string, name: string): string {
  const instant = asOfName(pattern, name);
  if (instant === null) throw new LandfallError('LF_SNAPSHOT_NAME', { file: name, pattern });
  return instant;
}

/**
 * Checks the name of a file that is about to be planned.
 * @throws LandfallError LF_SNAPSHOT_NAME
 */
export function checkSnapshotName(
  pattern: string,
  { name }: Pick<LedgerFile, 'name'>,
  link: Exclude<FilePlan['link'], undefined>['kind'] | null,
): void {
  if (!belongsTo(link)) instantOf(pattern, name);
}

function belongsTo(link: LedgerFile['link']): boolean {
  return link === 'corrects' || link === 'replays';
}
