/**
 * A prefix of an S3 bucket as a store. Region, endpoint and credentials come from the AWS_* variables and files that
 * all AWS tools read. AWS_ENDPOINT_URL_S3 is the address of a server other than Amazon's.
 */
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { LandfallError } from '../../errors/errors.ts';
import { atATime } from '../at-a-time.ts';
import type { Move, ReadRange, Staged, Storage, StorageWriter, StoredObject } from '../contract.ts';
import { copyThrough, dropCopied, statToMove } from '../copy-files.ts';
import { fileChanged } from '../file-changed.ts';
import { checkKey, checkPrefix } from '../keys.ts';
import { moveEach } from '../move-each.ts';
import { slicesOf } from '../slices.ts';
import { type StoreRole, storeError } from '../store-error.ts';
import { abortAbandoned } from './abandoned-uploads.ts';
import { type CopyLimits, copyLimits, copyObject } from './copy-object.ts';
import { requestSignal } from './cut-short.ts';
import type { S3Address, S3Target } from './multipart.ts';
import { attributesOf } from './object-attributes.ts';
import { sharedClient } from './s3-client.ts';
import { S3Requests } from './s3-requests.ts';
import { s3Settings } from './s3-settings.ts';
import { S3Writer } from './s3-writer.ts';
import { statMany } from './stat-many.ts';
import type { Waiting } from './store-outages.ts';

const bufferBytes = 1024 * 1024;
/** If a body breaks off, it is requested again from that position, up to this many times. */
const readAttempts = 4;

/** Staged objects that are written at the same time. */
const putsAtATime = 16;

/** Keys in the lake of what is removed when its chunk or file has ended. */
const shortLived = /^(_staging|\.landfall)\//;

export class S3Storage implements Storage {
  readonly url: string;
  readonly role: StoreRole;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  private readonly prefix: string;
  private readonly requests: S3Requests;
  private readonly copyLimits: CopyLimits;
  private readonly settings = s3Settings();

  /** @param url s3://bucket or s3://bucket/prefix */
  constructor(url: string, role: StoreRole = 'landing', client = sharedClient(), limits = copyLimits) {
    const [bucket, ...prefix] = url.slice('s3://'.length).split('/').filter(Boolean);
    this.url = ['s3:/', bucket, ...prefix].join('/');
    this.role = role;
    this.bucket = bucket;
    this.prefix = prefix.map((segment) => `${segment}/`).join('');
    this.requests = new S3Requests(client, this);
    this.copyLimits = limits;
  }

  async *list(prefix = ''): AsyncGenerator<StoredObject> {
    checkPrefix(prefix, this.url);
    let ContinuationToken: string | undefined;
    do {
      const page = await this.page(prefix, { ContinuationToken });
      yield* page.objects;
      ContinuationToken = page.next;
    } while (ContinuationToken !== undefined);
  }

  async stat(key: string): Promise<StoredObject | null> {
    try {
      const found = await this.requests.send(new HeadObjectCommand(this.address(key)));
      return toObject(key, found.ContentLength, found.LastModified, found.ETag);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.failure(error, key);
    }
  }

  async stats(keys: readonly string[]): Promise<(StoredObject | null)[]> {
    for (const key of keys) checkKey(key, this.url);
    return statMany(
      {
        stat: (key) => this.stat(key),
        page: async (prefix, after) => {
          const { objects, next } = await this.page(prefix, { StartAfter: this.prefix + after || undefined });
          return { objects, isLast: next === undefined };
        },
      },
      keys,
    );
  }

  async *read(key: string, range: ReadRange): AsyncGenerator<Uint8Array> {
    const request = { signal: requestSignal(), waiting: this.requests.begin() };
    let at = range.start;
    let print = range.fingerprint;
    let attempts = 0;
    try {
      while (at < range.end) {
        const body = await this.open(key, { start: at, end: range.end, fingerprint: print }, request);
        if (body === null) return;
        print ??= body.fingerprint;
        try {
          for await (const bytes of body.stream as AsyncIterable<Buffer>) {
            for (const piece of slicesOf(bytes, bufferBytes)) {
              at += piece.length;
              attempts = 0;
              yield piece;
            }
            // Only now, because the time that the caller has taken is not the server's.
            request.waiting.answered();
          }
          if (at >= body.end) return;
          throw brokenOff();
        } catch (error) {
          if (++attempts >= readAttempts) throw this.failure(error, key);
          request.waiting.failed(error);
        } finally {
          body.stream.destroy();
        }
      }
    } finally {
      request.waiting.end();
    }
  }

  async writer(key: string): Promise<StorageWriter> {
    const writer = new S3Writer(this.requests, this.target(key));
    const explain = (error: unknown) => {
      throw this.failure(error, key);
    };
    return {
      write: (bytes) => writer.write(bytes).catch(explain),
      commit: () => writer.commit().catch(explain),
      abort: () => writer.abort(),
    };
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    await this.send(key, new PutObjectCommand({ ...this.target(key), Body: bytes }));
  }

  /** An object is visible once it is put, so staging only keeps the bodies in memory. */
  async stage(objects: readonly { readonly key: string; readonly body: Uint8Array }[]): Promise<Staged> {
    return {
      publish: () => atATime(putsAtATime, objects, ({ key, body }) => this.put(key, body)),
      discard: async () => {},
    };
  }

  async delete(key: string, fingerprint?: string): Promise<void> {
    const only = fingerprint === undefined ? {} : { IfMatch: quoted(fingerprint) };
    try {
      await this.requests.send(new DeleteObjectCommand({ ...this.address(key), ...only }));
    } catch (error) {
      // It does not exist any more, or is another object.
      if (fingerprint === undefined || ![404, 412].includes(statusOf(error)!)) throw this.failure(error, key);
    }
  }

  async moveFrom(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void> {
    const object = await statToMove(source, sourceKey, fingerprint);
    if (source instanceof S3Storage) {
      const { bytes, fingerprint } = object;
      const copy = {
        from: source.address(sourceKey),
        etag: quoted(fingerprint),
        bytes,
        to: this.target(key),
      };
      await copyObject(this.requests, copy, this.copyLimits).catch((error) => {
        throw this.failure(error, key);
      });
    } else {
      await copyThrough(source, object, this, key);
    }
    await dropCopied(source, object);
  }

  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]> {
    return moveEach(this, source, moves);
  }

  async dropUploads(folder: string, before: Date): Promise<number> {
    checkPrefix(folder, this.url);
    const below = { Bucket: this.bucket, Prefix: this.prefix + folder };
    return abortAbandoned(this.requests, below, before).catch((error) => {
      throw this.failure(error);
    });
  }

  private address(key: string): S3Address {
    checkKey(key, this.url);
    return { Bucket: this.bucket, Key: this.prefix + key };
  }

  private target(key: string): S3Target {
    const isKept = this.role !== 'landing' && !shortLived.test(key);
    return { ...this.address(key), ...attributesOf(this.settings, { isKept }) };
  }

  /** A page of a listing. `next`: the token of the next one. */
  private async page(
    prefix: string,
    from: Pick<ListObjectsV2CommandInput, 'ContinuationToken' | 'StartAfter'>,
  ): Promise<{ readonly objects: readonly StoredObject[]; readonly next: string | undefined }> {
    const request = { Bucket: this.bucket, Prefix: this.prefix + prefix, ...from };
    try {
      const page = await this.requests.send(new ListObjectsV2Command(request));
      const objects = (page.Contents ?? []).map(({ Key, Size, LastModified, ETag }) =>
        toObject(Key!.slice(this.prefix.length), Size, LastModified, ETag),
      );
      return {
        // Consoles create empty objects to represent folders.
        objects: objects.filter(({ key }) => !key.endsWith('/') && key !== ''),
        next: page.NextContinuationToken,
      };
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Returns null if the object ends before `start`. The returned `end` is where the body ends. */
  private async open(
    key: string,
    { start, end, fingerprint }: ReadRange,
    { signal, waiting }: { readonly signal: AbortSignal; readonly waiting: Waiting },
  ) {
    const command = new GetObjectCommand({
      ...this.address(key),
      Range: `bytes=${start}-${Number.isFinite(end) ? end - 1 : ''}`,
      ...(fingerprint !== undefined && { IfMatch: quoted(fingerprint) }),
    });
    try {
      const found = await this.requests.attempt(command, signal, waiting);
      const print = unquoted(found.ETag);
      // A server that does not support If-Match returns whatever object it has.
      if (fingerprint !== undefined && print !== fingerprint) throw this.changed(key);
      const stream = found.Body as Readable;
      return { stream, fingerprint: print, end: start + (found.ContentLength ?? 0) };
    } catch (error) {
      if (statusOf(error) === 416) return null;
      throw this.failure(error, key);
    }
  }

  private async send(key: string, command: PutObjectCommand): Promise<void> {
    try {
      await this.requests.send(command);
    } catch (error) {
      throw this.failure(error, key);
    }
  }

  private changed(key: string): LandfallError {
    return fileChanged(`${this.url}/${key}`);
  }

  private failure(cause: unknown, key?: string): LandfallError {
    if (cause instanceof LandfallError) return cause;
    const status = statusOf(cause);
    if (status === 412 && key !== undefined) return this.changed(key);
    const isObject = !['NoSuchBucket', 'NoSuchUpload'].includes((cause as Error).name);
    if (status === 404 && key !== undefined && isObject) {
      return new LandfallError('LF_FILE_MISSING', { file: `${this.url}/${key}` }, { cause });
    }
    return storeError(cause, this, key);
  }
}

/** The body ended before the object, for which the client reports no error. */
function brokenOff(): Error {
  return Object.assign(new Error('the connection was closed before the end of the object'), {
    code: 'ECONNRESET',
  });
}

function toObject(key: string, bytes = 0, modifiedAt = new Date(0), etag?: string): StoredObject {
  return { key, bytes, modifiedAt, fingerprint: unquoted(etag) };
}

function unquoted(etag = ''): string {
  return etag.replace(/^"|"$/g, '');
}

function quoted(fingerprint: string): string {
  return `"${fingerprint}"`;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
