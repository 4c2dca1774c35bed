/** Uploads that were begun and neither completed nor aborted: their parts cost money, and no listing shows them. */
import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import { abortUpload, type Upload } from './multipart.ts';
import type { S3Requests } from './s3-requests.ts';

export interface Below {
  readonly Bucket: string;
  readonly Prefix: string;
}

/** Aborts uploads that were begun before a time and have got no part since. Returns how many there were. */
export async function abortAbandoned(requests: S3Requests, below: Below, before: Date): Promise<number> {
  let aborted = 0;
  for await (const upload of uploadsBegunBefore(requests, below, before)) {
    const newest = await newestPart(requests, upload);
    if (newest === 'ended' || (newest !== null && newest >= before)) continue;
    await abortUpload(requests, upload);
    aborted++;
  }
  return aborted;
}

async function* uploadsBegunBefore(
  requests: S3Requests,
  { Bucket, Prefix }: Below,
  before: Date,
): AsyncGenerator<Upload> {
  let from: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (from !== null) {
    const page: ListMultipartUploadsCommandOutput = await requests.send(
      new ListMultipartUploadsCommand({ Bucket, Prefix, ...from }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
      if (Initiated !== undefined && Initiated < before) yield { Bucket, Key: Key!, UploadId: UploadId! };
    const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    from = IsTruncated ? { KeyMarker, UploadIdMarker } : null;
  }
}

/** When its newest part was uploaded. Null: it has none. */
async function newestPart(requests: S3Requests, upload: Upload): Promise<Date | null | 'ended'> {
  let newest: Date | null = null;
  let PartNumberMarker: string | undefined;
  try {
    do {
      const page: ListPartsCommandOutput = await requests.send(
        new ListPartsCommand({ ...upload, PartNumberMarker }),
      );
      for (const { LastModified } of page.Parts ?? [])
        if (LastModified !== undefined && (newest === null || LastModified > newest)) newest = LastModified;
      PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (PartNumberMarker !== undefined);
    return newest;
  } catch (error) {
    if ((error as Error).name === 'NoSuchUpload') return 'ended';
    throw error;
  }
}
