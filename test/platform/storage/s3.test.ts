/** What only S3 can get wrong: pages, bodies that break off, servers and buckets that are not there. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CopyLimits } from '../../../platform/storage/s3/copy-object.ts';
import { s3Defaults, setS3Settings } from '../../../platform/storage/s3/s3-settings.ts';
import { S3Storage } from '../../../platform/storage/s3/s3-storage.ts';
import type { StoreRole } from '../../../platform/storage/store-error.ts';

let server: FauxqsServer;
let proxy: Server;
/** How many bodies the proxy still breaks off, and after how many bytes. */
let toBreak = 0;
let breakAfterBytes = 100_000;
let requests: string[] = [];
/** What requests say of the object that they make: method and headers. */
let attributes: Record<string, string>[] = [];
/** What becomes of the next end of an upload: somebody has aborted it, or its answer is lost. */
let nextUpload: 'ends' | 'is aborted' | 'ends unheard' = 'ends';
/** Just before a part is copied. */
let beforeCopy = async () => {};
/** Just before a DELETE is looked at. */
let beforeDelete = async () => {};

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('landfall-tests');
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.method !== 'GET') attributes.push(attributesOf(request));
    const { host: _, expect: __, ...headers } = request.headers as Record<string, string>;
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = pieces.length > 0 ? Buffer.concat(pieces) : undefined;
    if (request.method === 'DELETE') {
      await beforeDelete();
      // As S3 answers; the server of these tests does not know it.
      const there = await fetch(server.address + request.url, { method: 'HEAD' });
      const wanted = headers['if-match'];
      if (wanted !== undefined && wanted !== there.headers.get('etag')) return response.writeHead(412).end();
    }
    if (request.url!.includes('partNumber') && 'x-amz-copy-source' in headers) {
      await beforeCopy();
      return copyPart(request.url!, headers, response);
    }
    const fate = request.method === 'POST' && request.url!.includes('uploadId') ? nextUpload : 'ends';
    if (fate === 'is aborted') await fetch(server.address + request.url, { method: 'DELETE' });
    const answer = await fetch(server.address + request.url, { method: request.method, headers, body });
    if (fate !== 'ends') nextUpload = 'ends';
    if (fate === 'ends unheard') return response.destroy();
    const content = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (request.method === 'GET' && content.length > breakAfterBytes && toBreak-- > 0) {
      response.write(content.subarray(0, breakAfterBytes), () => response.destroy());
    } else {
      response.end(content);
    }
  };
  // Whoever gave up in the middle of a request hears nothing more.
  proxy = createServer((request, response) => forward(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.stop();
});

function attributesOf({ method, headers }: IncomingMessage): Record<string, string> {
  const names = Object.keys(headers).filter((name) => /^x-amz-(server-side|storage)/.test(name));
  return { method: method!, ...Object.fromEntries(names.map((name) => [name, headers[name] as string])) };
}

/** As S3 copies a part; the server of these tests does not know it. */
async function copyPart(url: string, headers: Record<string, string>, response: ServerResponse) {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers['x-amz-copy-source-range'])!;
  const source = await fetch(`${server.address}/${headers['x-amz-copy-source']}`);
  if (source.headers.get('etag') !== headers['x-amz-copy-source-if-match'])
    return response.writeHead(412).end();
  const content = (await source.arrayBuffer()).slice(Number(first), Number(last) + 1);
  const part = await fetch(server.address + url, { method: 'PUT', body: content });
  response.end(`<CopyPartResult><ETag>${part.headers.get('etag')}</ETag></CopyPartResult>`);
}

function store(
  bucket = 'landfall-tests',
  port?: number,
  prefix = randomBytes(4).toString('hex'),
  limits?: CopyLimits,
  role: StoreRole = 'landing',
): S3Storage {
  const address = proxy.address() as { port: number };
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port ?? address.port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 's3cret' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 2,
  });
  return new S3Storage(`s3://${bucket}/${prefix}`, role, client, limits);
}

async function write(storage: S3Storage, key: string, content: Buffer): Promise<void> {
  const writer = await storage.writer(key);
  await writer.write(content);
  await writer.commit();
}

async function bytesOf(storage: S3Storage, key: string, end: number, start = 10): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of storage.read(key, { start, end })) pieces.push(bytes);
  return Buffer.concat(pieces);
}

it('reads on where a body broke off', async () => {
  const storage = store();
  const content = randomBytes(1_000_000);
  await storage.put('broken', content);
  for (const times of [1, 3]) {
    toBreak = times;
    requests = [];
    expect((await bytesOf(storage, 'broken', content.length)).equals(content.subarray(10))).toBe(true);
    expect(requests).toHaveLength(times + 1);
  }
});

it('gives up where nothing more comes', async () => {
  const storage = store();
  await storage.put('broken', randomBytes(200_000));
  [toBreak, breakAfterBytes] = [Number.POSITIVE_INFINITY, 0];
  requests = [];
  await expect(bytesOf(storage, 'broken', 200_000)).rejects.toMatchObject({ code: 'LF_STORAGE' });
  expect(requests).toHaveLength(4);
  [toBreak, breakAfterBytes] = [0, 100_000];
});

it('lists page by page, no further than it is asked, and looks many objects up in one listing', async () => {
  const storage = store('landfall-tests', undefined, 'pages');
  const direct = store('landfall-tests', server.port, 'pages');
  const keys = Array.from({ length: 1203 }, (_, i) => `k/${String(i).padStart(5, '0')}`);
  for (let i = 0; i < keys.length; i += 100) {
    await Promise.all(keys.slice(i, i + 100).map((key) => direct.put(key, 'x')));
  }
  const found: string[] = [];
  for await (const { key } of storage.list('k/')) found.push(key);
  expect(found).toEqual(keys);
  requests = [];
  for await (const _ of storage.list('k/')) break;
  expect(requests).toHaveLength(1);
  requests = [];
  const wanted = [...keys.slice(1100, 1140), 'k/01135b', 'k/99999', 'else/a'];
  const there = await storage.stats(wanted);
  expect(there.map((object) => object?.key ?? null)).toEqual([...keys.slice(1100, 1140), null, null, null]);
  // HEAD gives whole seconds.
  expect(there[0]).toEqual({ ...(await direct.stat(keys[1100])), modifiedAt: expect.any(Date) });
  expect(requests.map((request) => request.split(' ')[0])).toEqual(['GET', 'HEAD']);
});

it('says what is wrong with a bucket or a server that is not there', async () => {
  const missing = store('no-such-bucket');
  await expect(missing.put('x', 'y')).rejects.toMatchObject({ code: 'LF_STORAGE_MISSING' });
  const listing = (async () => {
    for await (const _ of missing.list());
  })();
  await expect(listing).rejects.toMatchObject({ code: 'LF_STORAGE_MISSING' });
  const nowhere = store('landfall-tests', 1);
  const error = await nowhere.stat('x').catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'LF_STORAGE' });
  expect(error.message).toMatch(/ECONNREFUSED/);
  expect(error.message).not.toContain('s3cret');
  const writer = await nowhere.writer('x');
  await writer.write(Buffer.alloc(100));
  await expect(writer.commit()).rejects.toMatchObject({ code: 'LF_STORAGE' });
});

it('writes a large object in parts, whose order does not depend on when they arrive', async () => {
  const storage = store();
  const content = randomBytes(50_000_000);
  const writer = await storage.writer('large');
  for (let at = 0; at < content.length; at += 1_234_567)
    await writer.write(content.subarray(at, at + 1_234_567));
  expect(await storage.stat('large')).toBeNull();
  await writer.commit();
  expect(await storage.stat('large')).toMatchObject({
    bytes: content.length,
    fingerprint: expect.stringMatching(/-6$/),
  });
  expect((await bytesOf(storage, 'large', content.length)).equals(content.subarray(10))).toBe(true);
});

it('leaves nothing of a large object that was given up', async () => {
  const storage = store();
  const writer = await storage.writer('large');
  requests = [];
  for (let i = 0; i < 40; i++) await writer.write(Buffer.alloc(1 << 20, i));
  await writer.abort();
  expect(await storage.stat('large')).toBeNull();
  const uploads = requests.filter((request) => request.includes('uploadId'));
  expect(uploads.map((request) => request.split(' ')[0])).toEqual([
    'PUT',
    'PUT',
    'PUT',
    'PUT',
    'PUT',
    'DELETE',
  ]);
});

it('moves the object that was meant, and leaves what has taken its place', async () => {
  const [from, to] = [store(), store()];
  await from.put('a', 'first');
  const { fingerprint } = (await from.stat('a'))!;
  beforeDelete = () => from.put('a', 'second');
  await to.moveFrom(from, 'a', 'a', fingerprint);
  beforeDelete = async () => {};
  expect((await bytesOf(to, 'a', 5, 0)).toString()).toBe('first');
  expect((await bytesOf(from, 'a', 6, 0)).toString()).toBe('second');
  await expect(to.moveFrom(from, 'a', 'b', fingerprint)).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  await to.moveFrom(from, 'a', 'b');
  expect(await from.stat('a')).toBeNull();
});

/** Methods of the requests that concern parts, and those that send none: `PUT` for an object that is copied whole. */
const methods = () =>
  requests.filter((request) => !/^(HEAD|GET)/.test(request)).map((request) => request.split(' ')[0]);

it('copies a large object in parts within S3, and an object that changes meanwhile not at all', async () => {
  const mebibyte = 1024 ** 2;
  const from = store();
  const to = store('landfall-tests', undefined, 'copies', {
    objectBytes: 6 * mebibyte,
    partBytes: 5 * mebibyte,
  });
  const content = randomBytes(13 * mebibyte);
  await write(from, 'large', content);
  await from.put('small', content.subarray(0, 6 * mebibyte));
  requests = [];
  await to.moveFrom(from, 'large', 'a ü+b');
  expect(methods()).toEqual(['POST', 'PUT', 'PUT', 'PUT', 'POST', 'DELETE']);
  expect((await bytesOf(to, 'a ü+b', content.length, 0)).equals(content)).toBe(true);
  expect(await from.stat('large')).toBeNull();
  requests = [];
  await to.moveFrom(from, 'small', 'small');
  expect(methods()).toEqual(['PUT', 'DELETE']);
  await write(from, 'large', content);
  beforeCopy = () => write(from, 'large', content.subarray(1));
  requests = [];
  await expect(to.moveFrom(from, 'large', 'b')).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  beforeCopy = async () => {};
  expect(requests.at(-1)).toMatch(/^DELETE .*uploadId/);
  expect(await to.stat('b')).toBeNull();
  expect(await from.stat('large')).toMatchObject({ bytes: content.length - 1 });
});

it('has written a large object if only the answer was lost, and has not if it is not there', async () => {
  const storage = store();
  const content = randomBytes(9_000_000);
  nextUpload = 'ends unheard';
  await write(storage, 'large', content);
  expect(nextUpload).toBe('ends');
  expect((await bytesOf(storage, 'large', content.length, 0)).equals(content)).toBe(true);
  nextUpload = 'is aborted';
  await expect(write(storage, 'gone', content)).rejects.toMatchObject({ code: 'LF_STORAGE_OBJECT' });
  await storage.put('older', content);
  nextUpload = 'is aborted';
  await expect(write(storage, 'older', content)).rejects.toMatchObject({ code: 'LF_STORAGE_OBJECT' });
});

it('says how what it writes is encrypted, and the class of what is kept', async () => {
  const key = 'arn:aws:kms:eu-central-1:1:key/a';
  const mebibyte = 1024 ** 2;
  const limits = { objectBytes: 6 * mebibyte, partBytes: 5 * mebibyte };
  setS3Settings({ ...s3Defaults, s3Sse: 'aws:kms', s3KmsKey: key, s3StorageClass: 'STANDARD_IA' });
  const [landing, lake, archive] = (['landing', 'lake', 'archive'] as const).map((role) =>
    store('landfall-tests', undefined, role, limits, role),
  );
  setS3Settings(s3Defaults);
  const sse = {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': key,
  };
  const kept = { ...sse, 'x-amz-storage-class': 'STANDARD_IA' };
  const sent = async (work: Promise<unknown>) => {
    attributes = [];
    await work;
    return attributes.filter(({ method }) => method === 'PUT' || method === 'POST');
  };
  const content = randomBytes(9 * mebibyte);
  expect(await sent(landing.put('small', 'text'))).toEqual([{ method: 'PUT', ...sse }]);
  expect(await sent(lake.put('trips/a', 'text'))).toEqual([{ method: 'PUT', ...kept }]);
  expect(await sent(lake.put('_staging/a', 'text'))).toEqual([{ method: 'PUT', ...sse }]);
  expect(await sent(lake.put('.landfall/spool/1/1', 'text'))).toEqual([{ method: 'PUT', ...sse }]);
  const parts = [{ method: 'PUT' }, { method: 'PUT' }, { method: 'POST' }];
  expect(await sent(write(landing, 'large', content))).toEqual([{ method: 'POST', ...sse }, ...parts]);
  expect(await sent(archive.moveFrom(landing, 'small', 'small'))).toEqual([{ method: 'PUT', ...kept }]);
  expect(await sent(archive.moveFrom(landing, 'large', 'large'))).toEqual([
    { method: 'POST', ...kept },
    ...parts,
  ]);
  expect(await sent(store().put('small', 'text'))).toEqual([{ method: 'PUT' }]);
});
