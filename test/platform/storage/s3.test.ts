/** What only S3 can get wrong: pages, bodies that break off, servers and buckets that are not there. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3Storage } from '../../../platform/storage/s3.ts';

let server: FauxqsServer;
let proxy: Server;
/** How many bodies the proxy still breaks off, and after how many bytes. */
let toBreak = 0;
let breakAfterBytes = 100_000;
let requests: string[] = [];
/** Just before a DELETE is looked at. */
let beforeDelete = async () => {};

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('landfall-tests');
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
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
    const answer = await fetch(server.address + request.url, { method: request.method, headers, body });
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

function store(bucket = 'landfall-tests', port?: number, prefix = randomBytes(4).toString('hex')): S3Storage {
  const address = proxy.address() as { port: number };
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port ?? address.port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 's3cret' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 2,
  });
  return new S3Storage(`s3://${bucket}/${prefix}`, 'landing', client);
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

it('lists page by page, no further than it is asked', async () => {
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
