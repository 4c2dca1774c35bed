/** The fetcher against a real S3 server behind a proxy that refuses, breaks off, delays, and replaces objects. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { S3Storage } from '../../../platform/storage/s3/s3-storage.ts';
import type { Json } from '../../../sources/fetching/contract.ts';
import { fetchPrefix } from '../../../sources/prefix/fetch-prefix.ts';

let server: FauxqsServer;
let proxy: Server;
/** What the proxy does with a request, instead of or before passing it on. */
let hostile: (request: IncomingMessage) => Promise<'pass' | 'refuse' | { breakAfter: number }>;
let requests: string[] = [];
let direct: S3Storage;
let folder: string;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('dumps');
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url!;
    requests.push(`${request.method} ${url}`);
    const what = await hostile(request);
    if (what === 'refuse') {
      response.writeHead(503, { 'content-type': 'application/xml' });
      return response.end(
        '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
      );
    }
    const { host: _, ...headers } = request.headers as Record<string, string>;
    // Small pages of the listing.
    const paged = url.includes('list-type=2') ? `${url}&max-keys=7` : url;
    const answer = await fetch(server.address + paged, { method: request.method, headers });
    const content = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (what === 'pass' || request.method !== 'GET') return response.end(content);
    response.write(content.subarray(0, what.breakAfter), () => response.destroy());
  };
  proxy = createServer((request, response) => forward(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.stop();
});
beforeEach(() => {
  hostile = async () => 'pass';
  requests = [];
  folder = randomBytes(4).toString('hex');
  direct = store(server.port);
});

function store(port: number, bucket = 'dumps'): S3Storage {
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 's3cret' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
  return new S3Storage(`s3://${bucket}/${folder}`, 'landing', client);
}

/** What the engine does, in memory. */
class Taker {
  position: Json = null;
  readonly marks = new Set<string>();
  readonly store = store((proxy.address() as { port: number }).port);
  readonly match: string;
  readonly prefix: string;

  constructor({ match = '*', prefix = '' } = {}) {
    [this.match, this.prefix] = [match, prefix];
  }

  /** Names and contents of the files that are noted. Dies when one more than `killAfter` has been read. */
  async run({ killAfter = Number.POSITIVE_INFINITY, backfill = false, from = this.store } = {}) {
    const noted: [string, string][] = [];
    const task = {
      backfill,
      position: this.position,
      signal: new AbortController().signal,
      marked: async (asked: readonly string[]) => new Set(asked.filter((mark) => this.marks.has(mark))),
    };
    const source = { name: 'dumps', store: from, prefix: this.prefix, match: this.match };
    for await (const step of fetchPrefix(source, task)) {
      if (step.page === null) throw new Error('a step without a file');
      const pieces: Uint8Array[] = [];
      for await (const piece of step.body) pieces.push(Buffer.from(piece));
      if (noted.length === killAfter) return noted;
      const { position, mark } = step.settle();
      this.position = position;
      if (!backfill) this.marks.add(mark!);
      noted.push([step.page, Buffer.concat(pieces).toString()]);
    }
    this.position = null;
    return noted;
  }
}

const contents = (noted: readonly [string, string][]) => noted.map(([, text]) => text);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `day ${String(i).padStart(2, '0')}.csv`);
const putAll = async (keys: readonly string[]) => {
  await Promise.all(keys.map((key) => direct.put(key, `of ${key}`)));
};

it('takes everything that is new, wherever it is in the listing, and each object once', async () => {
  await putAll(numbered(16));
  const taker = new Taker();
  const first = await taker.run();
  expect(contents(first)).toEqual(numbered(16).map((key) => `of ${key}`));
  expect(first[0][0]).toMatch(/^day 00~[0-9a-f]{12}\.csv$/);
  expect(new Set(first.map(([page]) => page)).size).toBe(16);
  expect(requests.filter((request) => request.includes('list-type=2'))).toHaveLength(3);
  requests = [];
  expect(await taker.run()).toEqual([]);
  expect(requests.every((request) => request.includes('list-type=2'))).toBe(true);

  // The first key of all, a key in the middle, and an object that is replaced.
  await putAll(['a/first.csv', 'day 03.1.csv']);
  await direct.put('day 12.csv', 'other');
  const second = await taker.run();
  expect(contents(second)).toEqual(['of a/first.csv', 'of day 03.1.csv', 'other']);
  expect(second[2][0]).not.toBe(first[12][0]);
  // The old content again is the old object again.
  await direct.put('day 12.csv', 'of day 12.csv');
  expect(await taker.run()).toEqual([]);
  expect(contents(await taker.run({ backfill: true }))).toHaveLength(18);
});

it('takes the keys that match, below a prefix that may end within a name', async () => {
  await putAll(['in/2026-1.csv', 'in/2026-2.txt', 'in/x/2026-3.csv', 'in/2027-1.csv', 'other/2026.csv']);
  const taker = new Taker({ prefix: 'in/2026', match: '*.csv' });
  expect(contents(await taker.run())).toEqual(['of in/2026-1.csv']);
  await direct.put('in/2026+(1).csv.gz', 'x');
  expect(await new Taker({ prefix: 'in/', match: 'in/2026+(*).csv.gz' }).run()).toEqual([
    [expect.stringMatching(/^in~2026\+\(1\)~[0-9a-f]{12}\.csv\.gz$/), 'x'],
  ]);
});

it('resumes after any object, and loses none that came meanwhile', async () => {
  await putAll(numbered(4));
  for (let killAfter = 0; killAfter <= 4; killAfter++) {
    const taker = new Taker();
    const texts = contents(await taker.run({ killAfter }));
    expect(texts).toHaveLength(killAfter);
    await direct.put('day 00a.csv', `came ${killAfter}`);
    texts.push(...contents(await taker.run()), ...contents(await taker.run()));
    expect(texts.filter((text) => text.startsWith('of'))).toEqual(numbered(4).map((key) => `of ${key}`));
    expect(texts).toContain(`came ${killAfter}`);
    await direct.delete('day 00a.csv');
  }
});

it('bodies that break off, refusals and delays: every byte, once', async () => {
  const big = randomBytes(600_000).toString('base64');
  await direct.put('big.csv', big);
  await putAll(numbered(9));
  let seen = 0;
  hostile = async (request) => {
    seen++;
    if (seen % 3 === 0) return 'refuse';
    if (request.url!.includes('big.csv') && seen % 2 === 0) return { breakAfter: 70_000 };
    if (seen % 5 === 0) await delay(20);
    return 'pass';
  };
  const texts = contents(await new Taker().run());
  expect(texts.map((text) => createHash('md5').update(text).digest('hex'))).toEqual(
    [big, ...numbered(9).map((key) => `of ${key}`)].map((text) =>
      createHash('md5').update(text).digest('hex'),
    ),
  );
  expect(seen).toBeGreaterThan(15);
});

it('an object that is replaced before it is read is read as it is now; one that is deleted is left out', async () => {
  await putAll(['a.csv', 'b.csv', 'c.csv']);
  let replaced = 0;
  hostile = async ({ method, url }) => {
    if (method !== 'GET' || url!.includes('list-type')) return 'pass';
    if (url!.includes('a.csv') && replaced < 2) await direct.put('a.csv', `again ${++replaced}`);
    if (url!.includes('b.csv')) await direct.delete('b.csv');
    return 'pass';
  };
  const taker = new Taker();
  expect(contents(await taker.run())).toEqual(['again 2', 'of c.csv']);
  expect(await taker.run()).toEqual([]);
});

it('an object that is replaced in the middle is never half of one and half of another', async () => {
  const [old, now] = ['o', 'n'].map((letter) => letter.repeat(3_000_000));
  await direct.put('big.csv', old);
  let reads = 0;
  hostile = async ({ method, url }) => {
    if (method !== 'GET' || !url!.includes('big.csv')) return 'pass';
    if (++reads === 1) return { breakAfter: 2_000_000 };
    if (reads === 2) await direct.put('big.csv', now);
    return 'pass';
  };
  const taker = new Taker();
  const error = await taker.run().catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'LF_SOURCE_OBJECT_CHANGED' });
  expect(error.message).toContain('big.csv');
  expect(contents(await taker.run())).toEqual([now]);
});

it('a bucket that is away is an outage of the source, with no secret in it', async () => {
  await putAll(['a.csv', 'b.csv']);
  const taker = new Taker();
  hostile = async (request) => (request.url!.includes('b.csv') ? 'refuse' : 'pass');
  const error = await taker.run().catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'LF_SOURCE_BUCKET_LOST' });
  hostile = async () => 'pass';
  expect(contents(await taker.run())).toEqual(['of b.csv']);
  expect(await taker.run({ from: store(1) }).catch((thrown) => thrown)).toMatchObject({
    code: 'LF_SOURCE_BUCKET_LOST',
    message: expect.not.stringContaining('s3cret'),
  });
  expect(await taker.run({ from: store(server.port, 'no-such') }).catch((thrown) => thrown)).toMatchObject({
    code: 'LF_SOURCE_BUCKET_MISSING',
  });
});
