import type { ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3';
import type { S3Settings } from './s3-settings.ts';

/** Members of a request that makes an object. */
export interface ObjectAttributes {
  readonly ServerSideEncryption?: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
  readonly StorageClass?: StorageClass;
}

/** `isKept`: the object is not removed soon, which most classes charge for. */
export function attributesOf(
  { s3Sse, s3KmsKey, s3StorageClass }: S3Settings,
  { isKept }: { readonly isKept: boolean },
): ObjectAttributes {
  return {
    ...(s3Sse !== null && { ServerSideEncryption: s3Sse }),
    ...(s3KmsKey !== null && { SSEKMSKeyId: s3KmsKey }),
    ...(isKept && s3StorageClass !== null && { StorageClass: s3StorageClass as StorageClass }),
  };
}
