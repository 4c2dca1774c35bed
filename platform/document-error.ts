/** The errors of JSON documents that cannot be read. */
import type { DocumentFault } from '../kernel/json/document.ts';
import { LandfallError } from './errors/errors.ts';

/** LF_JSON_DOCUMENT, or LF_JSON_RECORDS if the records are not at `path`. */
export function documentError(fault: DocumentFault, file: string, path: string): LandfallError {
  const { message: reason, byte } = fault;
  return fault.elsewhere
    ? new LandfallError('LF_JSON_RECORDS', { file, path, reason, byte })
    : new LandfallError('LF_JSON_DOCUMENT', { file, reason, byte });
}
