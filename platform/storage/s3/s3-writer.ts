/**
 * Writes one S3 object of unknown length in bounded memory.
 *
 *   one PUT      ◀── commit ── (less than a part) ── write ──▶ multipart: begun with the first full part
 *   nothing sent ◀── abort ────────┘                              ├── commit ──▶ last part, complete
 *                                                                 └── abort ───▶ parts dropped
 */
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import type { StorageWriter } from '../contract.ts';
import {
  abortUpload,
  beginUpload,
  completeUpload,
  type S3Target,
  type Upload,
  type UploadedPart,
} from './multipart.ts';
import type { S3Requests } from './s3-requests.ts';

/** S3 allows 10,000 parts, so the largest object is 78 GiB. */
const partBytes = 8 * 1024 * 1024;
/** Memory of a writer: at most (uploadsAtOnce + 1) × partBytes = 24 MiB, and no more than was written. */
const uploadsAtOnce = 2;

export class S3Writer implements StorageWriter {
  private readonly requests: S3Requests;
  private readonly target: S3Target;
  private pieces: Uint8Array[] = [];
  private pending = 0;
  private upload: Upload | null = null;
  private readonly parts: UploadedPart[] = [];
  private readonly uploads = new Set<Promise<void>>();
  private partCount = 0;
  private sentBytes = 0;
  private failure: unknown = null;

  constructor(requests: S3Requests, target: S3Target) {
    this.requests = requests;
    this.target = target;
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
    if (this.upload === null) {
      await this.requests.send(new PutObjectCommand({ ...this.target, Body: this.take() }));
      return;
    }
    if (this.pending > 0) await this.sendPart();
    await Promise.all(this.uploads);
    this.check();
    await completeUpload(this.requests, this.upload, { parts: this.parts, bytes: this.sentBytes });
    this.upload = null;
  }

  async abort(): Promise<void> {
    this.take();
    // A part that arrives after the abort would remain, and incur costs.
    await Promise.all(this.uploads);
    const { upload } = this;
    this.upload = null;
    if (upload !== null) await abortUpload(this.requests, upload);
  }

  /** Starts the upload of the pending bytes as soon as another upload may start. */
  private async sendPart(): Promise<void> {
    while (this.uploads.size >= uploadsAtOnce) await Promise.race(this.uploads);
    this.check();
    this.upload ??= await beginUpload(this.requests, this.target);
    const PartNumber = ++this.partCount;
    this.sentBytes += this.pending;
    const part = { ...this.upload, PartNumber, Body: this.take() };
    const sending = this.requests
      .send(new UploadPartCommand(part))
      .then(({ ETag }) => void this.parts.push({ PartNumber, ETag }))
      .catch((error) => {
        this.failure ??= error;
      })
      .finally(() => this.uploads.delete(sending));
    this.uploads.add(sending);
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
