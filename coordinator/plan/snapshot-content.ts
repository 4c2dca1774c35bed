/**
 * What a file of a snapshot dataset contains: its bytes, as of the instant in its name. The same bytes as of another
 * instant are another snapshot, and no duplicate.
 */
import { asOfName } from '../../model/file/as-of.ts';
import type { Identified } from '../stages.ts';

/**
 * Adds the instant to the content hash. A file of corrected rows belongs to the snapshot of another file, and keeps its
 * hash, like one whose name has no instant, which fails when it is planned.
 */
export function withInstant<I extends Identified | null>(identified: I): I | Identified {
  if (identified === null || identified.layout.corrections !== undefined) return identified;
  const { file, definition, contentHash } = identified;
  const pattern = definition.mode.kind === 'snapshot' ? definition.mode.asOf?.pattern : undefined;
  if (pattern === undefined) return identified;
  const asOf = asOfName(pattern, file.name);
  return asOf === null ? identified : { ...identified, contentHash: `${contentHash}@${asOf}` };
}

/** Whether two content hashes are of the same bytes. */
export function sameBytes(one: string | null, other: string | null): boolean {
  return bytesOf(one) === bytesOf(other);
}

/** The hash of the bytes alone. */
export function bytesOf(contentHash: string | null): string | undefined {
  return contentHash?.split('@')[0];
}
