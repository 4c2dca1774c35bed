/** Ends a file whose content is already loaded. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type Context, linkOf } from '../context.ts';
import type { Ended, Identified } from '../stages.ts';
import { archiveFile } from './archive.ts';
import { duplicateReceipt } from './receipt.ts';

/** `first`: the loaded file. */
export async function endDuplicate(
  context: Context,
  { file, definition, layout, contentHash }: Identified,
  first: LedgerFile,
): Promise<Ended> {
  const { fix } = new LandfallError('LF_FILE_DUPLICATE', { file: file.name });
  const message = `${file.name} has the same content as ${first.name} (file ${first.fileId}), which is loaded.`;
  const link = await linkOf(context.ledger, file);
  const definitionVersion = first.definitionVersion ?? '';
  const starRows = definition.star === null ? null : 0;
  const known = { contentHash, layout, definitionVersion, message, starRows, ...(link && { link }) };
  await context.ledger.moveFile(file.fileId, 'duplicate', {
    contentHash,
    layout,
    duplicateOf: first.fileId,
    error: { code: 'LF_FILE_DUPLICATE', message, fix },
    receipt: duplicateReceipt(file, known),
  });
  crashPoint('identify.duplicate');
  return { file, state: 'duplicate', moved: await archiveFile(context, file) };
}
