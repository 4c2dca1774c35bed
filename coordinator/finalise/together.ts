/** A file and its children, which end in one moment: what the receipt of each says of the others, and why each fails. */
import type { ErrorDescription, LedgerFile } from '../../ledger/ledger.ts';
import { list } from '../../model/words.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';

/** The members of the file's receipt that name its parent, or its children. `files`: a file and, after it, its children. */
export function relativesOf(
  file: LedgerFile,
  files: readonly LedgerFile[],
): Pick<Receipt, 'parent' | 'children'> {
  const named = ({ fileId, dataset }: LedgerFile) => ({ fileId, dataset });
  const [parent, ...children] = files;
  if (file.fileId !== parent.fileId) return { parent: named(parent) };
  return children.length === 0 ? {} : { children: children.map(named) };
}

/** Why `file` fails if `failed`, which may be itself, fails because of `error`. */
export function reasonFor(
  file: LedgerFile,
  failed: LedgerFile,
  error: ErrorDescription,
  files: readonly LedgerFile[],
): ErrorDescription {
  if (file.fileId === failed.fileId) return error;
  return new LandfallError('LF_FILE_TOGETHER', {
    file: file.name,
    together: list(files.map(({ dataset }) => dataset)),
    dataset: failed.dataset,
    failed: failed.fileId,
    reason: error.message,
  }).toJSON();
}
