/** Settings of requests to S3. They hold for the whole process, as its client does. */

export interface S3Settings {
  /** Seconds without a byte in either direction after which an attempt at a request ends. */
  readonly s3Timeout: number;
  /** How the server encrypts objects that are written. Null: as the bucket says. */
  readonly s3Sse: 'AES256' | 'aws:kms' | null;
  /** The key for `aws:kms`: its id or ARN. Null: the account's own for S3. */
  readonly s3KmsKey: string | null;
  /** The class of objects that are kept: parts of the lake, and files that are archived or have failed. Null: STANDARD. */
  readonly s3StorageClass: string | null;
}

export const s3Defaults: S3Settings = {
  // Also enough for a server that copies an object of gigabytes and says nothing meanwhile, on most disks.
  s3Timeout: 30,
  s3Sse: null,
  s3KmsKey: null,
  s3StorageClass: null,
};

let settings = s3Defaults;

/** Takes effect for stores that are opened from now on. */
export function setS3Settings({ s3Timeout, s3Sse, s3KmsKey, s3StorageClass }: S3Settings): void {
  settings = { s3Timeout, s3Sse, s3KmsKey, s3StorageClass };
}

/** The settings in force. The same object as long as they are. */
export function s3Settings(): S3Settings {
  return settings;
}
