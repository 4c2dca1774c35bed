import { LandfallError } from '../../platform/errors/errors.ts';

/** Outage that may pass is not the file's fault: then a step is tried again. */
export function isFinal(error: unknown): boolean {
  const passing = ['LF_STORAGE', 'LF_DATABASE_UNREACHABLE', 'LF_INTERNAL'];
  return error instanceof LandfallError && !passing.includes(error.code);
}
