/** What multipart uploads share: an object that is made from parts, in the order of their numbers. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
} from '@aws-sdk/client-s3';
import type { ObjectAttributes } from './object-attributes.ts';
import type { S3Requests } from './s3-requests.ts';

/** S3 allows no more parts in an upload. */
export const partsMost = 10_000;

export interface S3Address {
  readonly Bucket: string;
  readonly Key: string;
}

/** An object that is to be written, with its attributes. */
export type S3Target = S3Address & ObjectAttributes;

/** An upload that has begun. */
export interface Upload extends S3Address {
  readonly UploadId: string;
}

/** A part that has been uploaded. */
export interface UploadedPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

export async function beginUpload(requests: S3Requests, target: S3Target): Promise<Upload> {
  const { UploadId } = await requests.send(new CreateMultipartUploadCommand(target));
  const { Bucket, Key } = target;
  return { Bucket, Key, UploadId: UploadId! };
}

/** Makes the object visible. `bytes`: of all parts. */
export async function completeUpload(
  requests: S3Requests,
  { Bucket, Key, UploadId }: Upload,
  { parts, bytes }: { readonly parts: readonly UploadedPart[]; readonly bytes: number },
): Promise<void> {
  const Parts = [...parts].sort((a, b) => a.PartNumber - b.PartNumber);
  try {
    await requests.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error;
    // It is over: the answer to an earlier attempt was lost if the object is there.
    const there = await requests.send(new HeadObjectCommand({ Bucket, Key })).catch(() => null);
    if (there?.ContentLength !== bytes || !there.ETag?.endsWith(`-${parts.length}"`)) throw error;
  }
}

/** Drops the parts. Does not fail: what is left of an upload costs money, and nothing else. */
export async function abortUpload(requests: S3Requests, { Bucket, Key, UploadId }: Upload): Promise<void> {
  await requests.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {});
}
