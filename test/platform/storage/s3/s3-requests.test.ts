/** Servers that accept a request and say nothing more. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { PutObjectCommand, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Outage } from '../../../../platform/errors/outage.ts';
import { hurryRequests } from '../../../../platform/storage/s3/cut-short.ts';
import { openClient } from '../../../../platform/storage/s3/s3-client.ts';
import { S3Storage } from '../../../../platform/storage/s3/s3-storage.ts';
import { storeOutages } from '../../../../platform/storage/s3/store-outages.ts';
import { certificate } from '../../../support/certificate.ts';
import { openDeafPort, openWay, type Way } from '../../../support/way.ts';

let server: FauxqsServer;
const ways: Way[] = [];
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
});
afterAll(async () => {
  await Promise.all(ways.map((way) => way.cut()));
  await server.stop();
});

/** `seconds`: without a byte, after which an attempt ends. */
function clientOf(endpoint: string, seconds: number, config: S3ClientConfig = {}) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { endpoint, credentials, forcePathStyle: true, region: 'us-east-1', ...config };
  return openClient({ s3Timeout: seconds }, options);
}

/** A bucket of its own, on a way of its own. */
async function silentStore(seconds: number, config: S3ClientConfig = {}) {
  const bucket = `b${randomBytes(4).toString('hex')}`;
  server.createBucket(bucket);
  const way = await openWay(server.port);
  ways.push(way);
  const client = clientOf(way.address, seconds, config);
  return { way, storage: new S3Storage(`s3://${bucket}/here`, 'lake', client) };
}

/** What is told of a store. */
function outagesOf({ url }: S3Storage) {
  const told: (Outage | null)[] = [];
  const name = `lake ${url.split('/', 3).join('/')}`;
  storeOutages.subscribe((store, outage) => store === name && told.push(outage));
  return told;
}

async function keysIn(storage: S3Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list()) keys.push(key);
  return keys;
}

/** `pauseMs`: what the reader takes for the first bytes. */
async function contentOf(storage: S3Storage, key: string, pauseMs = 0): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of storage.read(key, { start: 0, end: Number.POSITIVE_INFINITY })) {
    pieces.push(bytes);
    if (pieces.length === 1) await delay(pauseMs);
  }
  return Buffer.concat(pieces);
}

async function write(storage: S3Storage, key: string, content: Buffer): Promise<void> {
  const writer = await storage.writer(key);
  await writer.write(content);
  await writer.commit();
}

/** Thaws the way when a second connection has been made, for whatever waits for it. */
async function thawedForTheNext<T>(way: Way, work: Promise<T>): Promise<T> {
  await way.held();
  const before = way.connections();
  const answered = new AbortController();
  const thawing = (async () => {
    while (way.connections() === before) await delay(10, undefined, { signal: answered.signal });
    way.thaw();
  })();
  const result = await work;
  answered.abort();
  await thawing;
  return result;
}

describe.concurrent('a server that says nothing', () => {
  it('is asked again, and a body is read on where it stopped', async () => {
    const { way, storage } = await silentStore(1);
    const large = randomBytes(3_000_000);
    await storage.put('large', large);
    way.freeze();
    expect(await thawedForTheNext(way, storage.stat('large'))).toMatchObject({ bytes: large.length });
    way.freeze(300);
    expect(await thawedForTheNext(way, keysIn(storage))).toEqual(['large']);
    way.freeze(1_000_000);
    expect((await thawedForTheNext(way, contentOf(storage, 'large'))).equals(large)).toBe(true);
    way.freeze();
    await thawedForTheNext(way, write(storage, 'written', randomBytes(10_000_000)));
    expect(await storage.stat('written')).toMatchObject({ bytes: 10_000_000 });
  });

  it('is given up, which is an outage of its store', async () => {
    const { way, storage } = await silentStore(1, { maxAttempts: 2 });
    way.freeze();
    const failures = [storage.stat('a'), keysIn(storage), contentOf(storage, 'a'), storage.put('a', 'text')];
    for (const failure of await Promise.allSettled(failures))
      expect(failure).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'LF_STORAGE',
          values: { role: 'lake', reason: expect.stringContaining('timed out') },
        },
      });
  });

  it('is given up if it takes no connection', async () => {
    const deaf = await openDeafPort();
    const client = clientOf(`http://127.0.0.1:${deaf.port}`, 1, { maxAttempts: 1 });
    await expect(new S3Storage('s3://any', 'lake', client).stat('a')).rejects.toMatchObject({
      code: 'LF_STORAGE',
      message: expect.stringContaining('did not establish a connection'),
    });
    await deaf.close();
  });

  it('is shown as an outage while requests are tried again, until it answers', async () => {
    const { way, storage } = await silentStore(1);
    const told = outagesOf(storage);
    way.freeze();
    const stat = storage.stat('a');
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 20_000, interval: 20 });
    const message = expect.stringContaining(`${storage.url} cannot be used`);
    expect(told).toEqual([expect.objectContaining({ with: 'lake', code: 'LF_STORAGE', message })]);
    way.thaw();
    expect(await stat).toBeNull();
    expect(told.slice(1)).toEqual([null]);
  });

  it('is not one whose answer is read slowly', async () => {
    const { storage } = await silentStore(1);
    const told = outagesOf(storage);
    const content = randomBytes(8_000_000);
    await storage.put('large', content);
    expect((await contentOf(storage, 'large', 4_000)).equals(content)).toBe(true);
    expect(told).toEqual([]);
  });

  it('is not one to which a body is written slowly, with TLS', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const bytes = 60_000_000;
    const slow = createServer(certificate, (socket) => {
      let taken = 0;
      socket.on('error', () => {});
      socket.on('data', (piece) => {
        if (taken === 0) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        taken += piece.length;
        socket.pause();
        setTimeout(() => socket.resume(), (1000 * piece.length) / 12_000_000);
        if (taken > bytes) socket.end('HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => slow.listen(0, resolve));
    const { port } = slow.address() as { port: number };
    const client = clientOf(`https://localhost:${port}`, 2, { maxAttempts: 1 });
    const put = new PutObjectCommand({ Bucket: 'any', Key: 'a', Body: Buffer.alloc(bytes) });
    expect(await client.send(put)).toMatchObject({ ETag: '"a"' });
    client.destroy();
    slow.close();
    vi.unstubAllEnvs();
  });
});

it('ends what is in flight when the process closes, however long it might have waited', async () => {
  const { way, storage } = await silentStore(3600);
  const large = randomBytes(3_000_000);
  await storage.put('large', large);
  way.freeze(1_000_000);
  const reading = contentOf(storage, 'large');
  await way.held();
  way.freeze();
  const waiting = [
    reading,
    storage.stat('large'),
    keysIn(storage),
    write(storage, 'b', randomBytes(20_000_000)),
  ];
  await way.held();
  const calm = hurryRequests(100);
  const failures = await Promise.allSettled([...waiting, delay(300).then(() => storage.stat('large'))]);
  calm();
  for (const failure of failures)
    expect(failure).toMatchObject({
      status: 'rejected',
      reason: { code: 'LF_STORAGE', values: { reason: 'the process is closing' } },
    });
  way.thaw();
  expect((await contentOf(storage, 'large')).equals(large)).toBe(true);
});
