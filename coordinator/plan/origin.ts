/**
 * Finds the file that another one derives from: the file that it corrects, replays or reloads, or its previous
 * version.
 */
import { checkSnapshotName } from '../../ledger/snapshot-of.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import type { Identified, Planned } from '../stages.ts';
import { readCorrections } from './corrections.ts';
import { refuseOwnFile } from './plan-children.ts';
import { sameBytes } from './snapshot-content.ts';
import { versionLink } from './versions.ts';

/** Throws LF_CORRECTION_UNKNOWN, LF_CORRECTION_DATASET, LF_DATASET_CHILD, LF_FILE_VERSION, LF_FILE_CHANGED, LF_SNAPSHOT_NAME. */
export async function findOrigin(context: Context, identified: Identified): Promise<Planned> {
  const planned = await withLink(context, identified);
  const { file, definition, link } = planned;
  if (definition.mode.kind === 'snapshot')
    checkSnapshotName(definition.mode.asOf!.pattern, file, link?.kind ?? null);
  return planned;
}

async function withLink(context: Context, identified: Identified): Promise<Planned> {
  const { file, layout, definition } = identified;
  const corrects = layout.corrections ? await readCorrections(context, file, layout) : null;
  if (corrects !== null) {
    const kind = file.link === 'replays' ? 'replays' : 'corrects';
    const link = { kind, fileId: corrects.original.fileId } as const;
    return { ...identified, link, takes: corrects.byteOffsets };
  }
  // Corrected rows that correct nothing are new rows, which would be in a child alone.
  refuseOwnFile(definition, file);
  if (file.link === 'reloads') await refuseOtherContent(context, identified);
  const link = await versionLink(context, identified);
  return link === undefined ? identified : { ...identified, link };
}

/** An undone file must be unchanged when it is loaded again. A failed one may have been corrected in place. */
async function refuseOtherContent({ ledger }: Context, { file, contentHash }: Identified): Promise<void> {
  const before = await ledger.file(file.linkedTo!);
  if (before?.state !== 'undone' || sameBytes(before.contentHash, contentHash)) return;
  throw new LandfallError('LF_FILE_CHANGED', { file: file.name, how: 'since it was undone' });
}
