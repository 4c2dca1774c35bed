/** Errors of the operating system that are about a file or folder. */
import { userInfo } from 'node:os';

const denied = /^(EACCES|EPERM)$/;
/** The path is missing, of another kind, too long or a loop; or its disk is full, read-only or broken. */
const failed =
  /^(ENOENT|ENOTDIR|EISDIR|EEXIST|ENOTEMPTY|ENAMETOOLONG|ELOOP|EXDEV|ENOSPC|EDQUOT|EROFS|EIO|EBUSY|ETXTBSY)$/;

/** What the system says of a path: it may not be used, or cannot be. Null for any other error. */
export function pathError(error: unknown): { path: string; isDenied: boolean; reason: string } | null {
  if (!(error instanceof Error)) return null;
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const isDenied = denied.test(code);
  if (typeof path !== 'string' || !(isDenied || failed.test(code))) return null;
  return { path: dest ?? path, isDenied, reason: error.message };
}

/** Whether the system says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether the system refuses what this user asks. */
export function isDenied(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && denied.test(code);
}

/** The user that this process runs as: by name, or by number where it has none. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `with the number ${process.getuid?.() ?? '?'}`;
  }
}
