/**
 * Writes one S3 object of unknown length in bounded memory.
 *
 *   one PUT      ◀── commit ── (less than a part) ── write ──▶ multipart: begun with the first full part
 *   nothing sent ◀── abort ────────┘                              ├── commit ──▶ last part, complete
 *                                                                 └── abort ───▶ parts dropped
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { StorageWriter } from './contract.ts';

/** S3 allows 10,000 parts, so the largest object is 78 GiB. */
const partBytes = 8 * 1024 * 1024;
/** Memory of a writer: at most (uploadsAtOnce + 1) × partBytes = 24 MiB, and no more than was written. */
const uploadsAtOnce = 2;

export interface S3Address {
  readonly Bucket: string;
  readonly Key: string;
}

export class S3Writer implements StorageWriter {
  private readonly client: S3Client;
  private readonly address: S3Address;
  private pieces: Uint8Array[] = [];
  private pending = 0;
  private uploadId: string | undefined;
  private readonly parts: { PartNumber: number; ETag: string | undefined }[] = [];
  private readonly uploads = new Set<Promise<void>>();
  private partCount = 0;
  private failure: unknown = null;

  constructor(client: S3Client, address: S3Address) {
    this.client = client;
    this.address = address;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, partBytes - this.pending);
      // Copied, because the caller may reuse its bytes.
      this.pieces.push(Buffer.from(bytes.subarray(at, at + length)));
      this.pending += length;
      at += length;
      if (this.pending === partBytes) await this.sendPart();
    }
  }

  async commit(): Promise<void> {
    if (this.uploadId === undefined) {
      await this.client.send(new PutObjectCommand({ ...this.address, Body: this.take() }));
      return;
    }
    if (this.pending > 0) await this.sendPart();
    await Promise.all(this.uploads);
    this.check();
    const Parts = this.parts.sort((a, b) => a.PartNumber - b.PartNumber);
    const upload = { ...this.address, UploadId: this.uploadId, MultipartUpload: { Parts } };
    await this.client.send(new CompleteMultipartUploadCommand(upload));
    this.uploadId = undefined;
  }

  async abort(): Promise<void> {
    this.take();
    // A part that arrives after the abort would remain, and incur costs.
    await Promise.all(this.uploads);
    const { uploadId: UploadId } = this;
    this.uploadId = undefined;
    if (UploadId === undefined) return;
    await this.client.send(new AbortMultipartUploadCommand({ ...this.address, UploadId })).catch(() => {});
  }

  /** Starts the upload of the pending bytes as soon as another upload may start. */
  private async sendPart(): Promise<void> {
    while (this.uploads.size >= uploadsAtOnce) await Promise.race(this.uploads);
    this.check();
    this.uploadId ??= (await this.client.send(new CreateMultipartUploadCommand(this.address))).UploadId;
    const PartNumber = ++this.partCount;
    const part = { ...this.address, UploadId: this.uploadId, PartNumber, Body: this.take() };
    const upload = this.client
      .send(new UploadPartCommand(part))
      .then(({ ETag }) => void this.parts.push({ PartNumber, ETag }))
      .catch((error) => {
        this.failure ??= error;
      })
      .finally(() => this.uploads.delete(upload));
    this.uploads.add(upload);
  }

  private check(): void {
    if (this.failure !== null) throw this.failure;
  }

  private take(): Buffer {
    const bytes = Buffer.concat(this.pieces, this.pending);
    this.pieces = [];
    this.pending = 0;
    return bytes;
  }
}
