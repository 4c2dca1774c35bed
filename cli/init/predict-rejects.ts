/** What the trial of a definition says of the rejects to come. */
import { defaultRejectLimit, exceededLimit } from '../../model/file/reject-limit.ts';
import type { PredictedReject } from '../../model/infer/contract.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { TriedFile } from './try-definition.ts';

export interface Prediction {
  /** The first ones. */
  readonly rejects: readonly PredictedReject[];
  readonly rejectedRows: number;
  /** Set if a file would fail by the limit of a definition that does not say any. */
  readonly rejectLimit?: { readonly share: number };
}

/** A definition that would reject more of its own file is not worth having. */
const shareMost = 0.5;

/** True if a file with so many rejects fails by the limit of a definition that does not say any. */
export function isOver(parsed: number, rejected: number): boolean {
  return exceededLimit(defaultRejectLimit, { parsed, rejected }) !== null;
}

/**
 * `rejectedOf`: the rejects of a whole file, of which the trial may have read a part. Throws LF_INIT if hardly any row
 * would be loaded.
 */
export function predictRejects(
  files: readonly TriedFile[],
  rejectedOf: (file: TriedFile, f: number) => number = ({ rejected }) => rejected,
): Prediction {
  const rejects = files.flatMap((file) => file.rejects);
  const rejectedRows = files.reduce((sum, file, f) => sum + rejectedOf(file, f), 0);
  const shares = files.map(({ rejected, rows }) => (isOver(rows, rejected) ? rejected / rows : 0));
  const share = Math.max(0, ...shares);
  if (share > shareMost) {
    const [first] = rejects;
    const reason = `${Math.round(share * 100)} % of its rows would be rejected, the first in line ${first.line}: ${first.message}`;
    throw new LandfallError('LF_INIT', { reason });
  }
  return {
    rejects,
    rejectedRows,
    ...(share > 0 && { rejectLimit: { share: Math.ceil(share * 110) / 100 } }),
  };
}
