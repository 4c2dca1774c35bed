/**
 * A prefix of an S3 bucket as a store. Region, endpoint and credentials come from the AWS_* variables and files that
 * all AWS tools read. AWS_ENDPOINT_URL_S3 is the address of a server other than Amazon's.
 */
import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { LandfallError } from '../errors/errors.ts';
import { atATime } from './at-a-time.ts';
import type { Move, ReadRange, Staged, Storage, StorageWriter, StoredObject } from './contract.ts';
import { copyThrough, dropCopied, statToMove } from './copy-files.ts';
import { fileChanged } from './file-changed.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { moveEach } from './move-each.ts';
import { type S3Address, S3Writer } from './s3-writer.ts';
import { type StoreRole, storeError } from './store-error.ts';

const bufferBytes = 1024 * 1024;
/** S3 does not copy more in one request. */
const copyBytesMax = 5 * 1024 ** 3;
/** If a body breaks off, it is requested again from that position, up to this many times. */
const readAttempts = 4;

let shared: S3Client | null = null;

/** One client per process, because it keeps connections open. */
function sharedClient(): S3Client {
  const custom = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  shared ??= new S3Client({
    // Other servers do not accept bucket names in the host name, and accept any region.
    forcePathStyle: custom,
    ...(custom && !process.env.AWS_REGION && { region: 'us-east-1' }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 5,
  });
  return shared;
}

/** Objects that are queried at the same time. */
const statsAtATime = 16;

/** Staged objects that are written at the same time. */
const putsAtATime = 16;

export class S3Storage implements Storage {
  readonly url: string;
  readonly role: StoreRole;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  private readonly prefix: string;
  private readonly client: S3Client;

  /** @param url s3://bucket or s3://bucket/prefix */
  constructor(url: string, role: StoreRole = 'landing', client = sharedClient()) {
    const [bucket, ...prefix] = url.slice('s3://'.length).split('/').filter(Boolean);
    this.url = ['s3:/', bucket, ...prefix].join('/');
    this.role = role;
    this.bucket = bucket;
    this.prefix = prefix.map((segment) => `${segment}/`).join('');
    this.client = client;
  }

  async *list(prefix = ''): AsyncGenerator<StoredObject> {
    checkPrefix(prefix, this.url);
    const request = { Bucket: this.bucket, Prefix: this.prefix + prefix };
    try {
      for await (const page of paginateListObjectsV2({ client: this.client }, request)) {
        for (const object of page.Contents ?? []) {
          const key = object.Key!.slice(this.prefix.length);
          // Consoles create empty objects to represent folders.
          if (!key.endsWith('/') && key !== '')
            yield toObject(key, object.Size, object.LastModified, object.ETag);
        }
      }
    } catch (error) {
      throw this.failure(error);
    }
  }

  async stat(key: string): Promise<StoredObject | null> {
    try {
      const found = await this.client.send(new HeadObjectCommand(this.address(key)));
      return toObject(key, found.ContentLength, found.LastModified, found.ETag);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.failure(error, key);
    }
  }

  async stats(keys: readonly string[]): Promise<(StoredObject | null)[]> {
    const found: (StoredObject | null)[] = [];
    await atATime(statsAtATime, keys, async (key, i) => {
      found[i] = await this.stat(key);
    });
    return found;
  }

  async *read(key: string, range: ReadRange): AsyncGenerator<Uint8Array> {
    let at = range.start;
    let print = range.fingerprint;
    let attempts = 0;
    while (at < range.end) {
      const body = await this.open(key, at, range.end, print);
      if (body === null) return;
      print ??= body.fingerprint;
      try {
        for await (const bytes of body.stream as AsyncIterable<Buffer>) {
          for (let from = 0; from < bytes.length; from += bufferBytes) {
            const piece = bytes.subarray(from, from + bufferBytes);
            at += piece.length;
            attempts = 0;
            yield piece;
          }
        }
      } catch (error) {
        if (++attempts >= readAttempts) throw this.failure(error, key);
        continue;
      } finally {
        body.stream.destroy();
      }
      if (at >= body.end) return;
      if (++attempts >= readAttempts) throw this.failure(brokenOff(), key);
    }
  }

  async writer(key: string): Promise<StorageWriter> {
    const writer = new S3Writer(this.client, this.address(key));
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
    await this.send(key, new PutObjectCommand({ ...this.address(key), Body: bytes }));
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
      await this.client.send(new DeleteObjectCommand({ ...this.address(key), ...only }));
    } catch (error) {
      // It does not exist any more, or is another object.
      if (fingerprint === undefined || ![404, 412].includes(statusOf(error)!)) throw this.failure(error, key);
    }
  }

  async moveFrom(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void> {
    const object = await statToMove(source, sourceKey, fingerprint);
    if (source instanceof S3Storage && object.bytes <= copyBytesMax) {
      const from = source.address(sourceKey);
      const path = [from.Bucket, ...from.Key.split('/')].map(encodeURIComponent).join('/');
      const copy = { ...this.address(key), CopySource: path, CopySourceIfMatch: quoted(object.fingerprint) };
      await this.send(key, new CopyObjectCommand(copy));
    } else {
      await copyThrough(source, object, this, key);
    }
    await dropCopied(source, object);
  }

  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]> {
    return moveEach(this, source, moves);
  }

  private address(key: string): S3Address {
    checkKey(key, this.url);
    return { Bucket: this.bucket, Key: this.prefix + key };
  }

  /** Returns null if the object ends before `start`. The returned `end` is where the body ends. */
  private async open(key: string, start: number, end: number, fingerprint?: string) {
    try {
      const found = await this.client.send(
        new GetObjectCommand({
          ...this.address(key),
          Range: `bytes=${start}-${Number.isFinite(end) ? end - 1 : ''}`,
          ...(fingerprint !== undefined && { IfMatch: quoted(fingerprint) }),
        }),
      );
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

  private async send(key: string, command: PutObjectCommand | CopyObjectCommand): Promise<void> {
    try {
      await this.client.send(command as PutObjectCommand);
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
    if (status === 404 && key !== undefined && (cause as Error).name !== 'NoSuchBucket') {
      return new LandfallError('LF_FILE_MISSING', { file: `${this.url}/${key}` }, { cause });
    }
    return storeError(cause, this, key);
  }
}

/** The body broke off at every attempt, for which the client reports no error. */
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
