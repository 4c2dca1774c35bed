/** The errors of JSON documents that cannot be read. */
import { DocumentFault, recordsPath } from '../kernel/json/document.ts';
import { LandfallError } from './errors/errors.ts';

/**
 * What `read` returns, which reads a document whose records are below `keys`. Throws LF_JSON_DOCUMENT, or
 * LF_JSON_RECORDS if the records are not there.
 */
export function readingDocument<T>(file: string, keys: readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    const { message: reason, byte, elsewhere } = error;
    throw elsewhere
      ? new LandfallError('LF_JSON_RECORDS', { file, path: recordsPath(keys), reason, byte })
      : new LandfallError('LF_JSON_DOCUMENT', { file, reason, byte });
  }
}
