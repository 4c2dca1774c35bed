/** Copies an object within S3: its bytes do not pass through this machine. */
import { CopyObjectCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import { atATime } from '../at-a-time.ts';
import {
  abortUpload,
  beginUpload,
  completeUpload,
  partsMost,
  type S3Address,
  type S3Target,
  type UploadedPart,
} from './multipart.ts';
import type { S3Requests } from './s3-requests.ts';

export interface CopyLimits {
  /** The largest object that is copied in one request. */
  readonly objectBytes: number;
  /** Parts of larger ones. Larger still where there would be too many. */
  readonly partBytes: number;
}

/** S3 copies at most 5 GiB in one request. Parts are smaller, so that servers that copy slowly answer in time. */
export const copyLimits: CopyLimits = { objectBytes: 5 * 1024 ** 3, partBytes: 256 * 1024 ** 2 };

const partsAtATime = 4;

export interface Copy {
  readonly from: S3Address;
  /** The object with this ETag, quoted, and no other. */
  readonly etag: string;
  readonly bytes: number;
  readonly to: S3Target;
}

/** Sends the requests of the target's store. Throws the error of the client. */
export async function copyObject(
  requests: S3Requests,
  { from, etag, bytes, to }: Copy,
  { objectBytes, partBytes }: CopyLimits,
): Promise<void> {
  const CopySource = [from.Bucket, ...from.Key.split('/')].map(encodeURIComponent).join('/');
  const source = { CopySource, CopySourceIfMatch: etag };
  if (bytes <= objectBytes) {
    await requests.send(new CopyObjectCommand({ ...to, ...source }));
    return;
  }
  const upload = await beginUpload(requests, to);
  const parts: UploadedPart[] = [];
  const copyPart = async ([start, end]: Range, index: number) => {
    const part = { ...upload, PartNumber: index + 1, CopySourceRange: `bytes=${start}-${end - 1}` };
    const { CopyPartResult } = await requests.send(new UploadPartCopyCommand({ ...part, ...source }));
    parts.push({ PartNumber: part.PartNumber, ETag: CopyPartResult?.ETag });
  };
  try {
    await atATime(partsAtATime, rangesOf(bytes, partBytes), copyPart);
    await completeUpload(requests, upload, { parts, bytes });
  } catch (error) {
    await abortUpload(requests, upload);
    throw error;
  }
}

type Range = readonly [start: number, end: number];

function rangesOf(bytes: number, partBytes: number): Range[] {
  const length = Math.max(partBytes, Math.ceil(bytes / partsMost));
  return Array.from({ length: Math.ceil(bytes / length) }, (_, i) => [
    i * length,
    Math.min(bytes, (i + 1) * length),
  ]);
}
