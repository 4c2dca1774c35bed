/** What a file's layout means for reading it. */
import { unitBytes } from '../kernel/dialect/encodings.ts';
import type { FileLayout } from './types.ts';

/** True for files that can only be read from their start: compressed, or without places to begin at. */
export function isStream({ compression, encoding }: Pick<FileLayout, 'compression' | 'encoding'>): boolean {
  return compression !== undefined || unitBytes(encoding) === null;
}

/** Line ends that come before the first record. */
export function linesBeforeRecords({ headerLines, header }: FileLayout): number {
  return headerLines ?? (header.length > 0 ? 1 : 0);
}
