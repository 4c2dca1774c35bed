/**
 * Converts the error of a call to a store to a coded error: the whole store is unavailable or full (an outage),
 * access to it is denied, or one object cannot be read or written.
 */
import { type ErrorCode, LandfallError } from '../errors/errors.ts';
import { isNetworkError, reasonOf } from '../errors/network.ts';
import { isDenied, userName } from '../errors/system.ts';

/**
 * What a store is used for. The lake belongs to Landfall, so if one of its files is denied, the whole lake is. `archive`:
 * where files are moved, those that failed too. `source`: what a run of a source reads.
 */
export type StoreRole = 'lake' | 'landing' | 'archive' | 'source';

/** The store that an error concerns. */
export interface NamedStore {
  readonly url: string;
  readonly role: StoreRole;
}

/** Errors of a file system that is full, gone or read-only, and of a process that has no descriptors or memory left. */
const systemAway =
  /^(ENOSPC|EDQUOT|EROFS|EMFILE|ENFILE|ENOMEM|ESTALE|ENOTCONN|ENODEV|ENXIO|ESHUTDOWN|EAGAIN|EBUSY)$/;

/** The names of the errors that the S3 client throws if it gets no answer at all, or the process does not wait for one. */
const silent = /^(TimeoutError|NetworkingError|RequestTimeout|AbortError)$/;

/** The names of the errors with which S3 refuses the key or the class of objects, whatever the object. */
const refused = /^(KMS\.\w+|InvalidStorageClass|InvalidEncryptionAlgorithmError)$/;

/**
 * What happened to the store as a whole, or to one object in it. `closed`: to this user, by the system; `denied`: by a
 * bucket.
 */
type Failure = 'away' | 'closed' | 'denied' | 'broken' | 'no folder' | 'missing' | 'other';

/** An error of a call about an object, or about the whole store where no key is given. */
export function storeError(cause: unknown, store: NamedStore, key?: string): LandfallError {
  if (cause instanceof LandfallError) return cause;
  const file = key === undefined ? store.url : `${store.url}/${key}`;
  const values = { store: store.url, role: store.role, file, path: file, ...whoAndWhy(cause) };
  return new LandfallError(codeOf(kindOf(cause), store.role), values, { cause });
}

const openCodes: Readonly<Record<Failure, ErrorCode>> = {
  away: 'LF_STORAGE',
  broken: 'LF_STORAGE',
  closed: 'LF_STORAGE_DENIED',
  denied: 'LF_STORAGE_CREDENTIALS',
  missing: 'LF_STORAGE_MISSING',
  'no folder': 'LF_STORAGE_MISSING',
  other: 'LF_STORAGE_MISSING',
};

export function openError(cause: unknown, store: NamedStore): LandfallError {
  if (cause instanceof LandfallError) return cause;
  const values = { store: store.url, role: store.role, ...whoAndWhy(cause) };
  return new LandfallError(openCodes[kindOf(cause)], values, { cause });
}

/** If an object is denied or broken, it may be the only one, except in the lake. */
function codeOf(kind: Failure, role: StoreRole): ErrorCode {
  switch (kind) {
    case 'away':
      return 'LF_STORAGE';
    case 'missing':
      return 'LF_STORAGE_MISSING';
    case 'closed':
      return role === 'lake' ? 'LF_STORAGE_DENIED' : 'LF_PATH_DENIED';
    case 'denied':
      return role === 'lake' ? 'LF_STORAGE_CREDENTIALS' : 'LF_STORAGE_OBJECT';
    case 'broken':
    // Only Landfall creates folders in the lake, so the lake itself has been replaced.
    case 'no folder':
      return role === 'lake' ? 'LF_STORAGE' : 'LF_STORAGE_OBJECT';
    case 'other':
      return 'LF_STORAGE_OBJECT';
  }
}

function kindOf(cause: unknown): Failure {
  const code = systemCode(cause);
  const { name = '', $metadata } = (cause ?? {}) as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  if (systemAway.test(code) || isNetworkError(cause) || silent.test(name)) return 'away';
  if (status >= 500 || status === 429) return 'away';
  if (name === 'NoSuchBucket') return 'missing';
  if (isDenied(cause)) return 'closed';
  if (refused.test(name)) return 'denied';
  if (status === 401 || status === 403 || name === 'CredentialsProviderError') return 'denied';
  if (code === 'ENOTDIR') return 'no folder';
  return code === 'EIO' ? 'broken' : 'other';
}

function systemCode(cause: unknown): string {
  return (cause as { code?: string } | null)?.code ?? '';
}

/** The user only where the system refuses him: to look him up may ask a server. */
function whoAndWhy(cause: unknown): { reason: string; user?: string } {
  return { reason: said(cause), ...(isDenied(cause) && { user: userName() }) };
}

/** Some errors of the S3 client have no message, or one without information. */
function said(cause: unknown): string {
  if ((cause as Error).name === 'AbortError') return 'the process is closing';
  const reason = reasonOf(cause).replace(/^@smithy\S+ - /, '');
  return reason === 'UnknownError' ? ((cause as Error).name ?? reason) : reason;
}
