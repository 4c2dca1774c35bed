/** Pages of named queries, and whole answers of any length, on a real server and over real sockets. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notFound } from '../../../../coordinator/http/answers.ts';
import { datasetRoutes } from '../../../../coordinator/http/datasets/datasets.ts';
import { createQueryRunner } from '../../../../coordinator/http/datasets/named-query.ts';
import { guardedApp } from '../../../../coordinator/http/guard.ts';
import { createGate } from '../../../../coordinator/http/security.ts';
import { loadRegistry, type Registry } from '../../../../model/registry.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { numbers } from '../numbers.ts';

type Inject = Awaited<ReturnType<ReturnType<typeof guardedApp>['inject']>>;

let database: TestDatabase;
let registry: Registry;
let app: ReturnType<typeof guardedApp>;
let origin: string;
beforeAll(async () => {
  database = await testDatabase();
  const gate = createGate({ host: '127.0.0.1', port: 0, token: null });
  app = guardedApp({ gate, log: { error: () => {} }, otherwise: notFound });
  registry = await loadRegistry({ builtin: [numbers], paths: [] });
  datasetRoutes(app, registry, database.pool);
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const address = (query: string) => `/api/datasets/numbers/queries/${query}`;
const ask = (query: string) => app.inject({ url: address(query), headers: { host: 'localhost' } });
const plain = async (upTo: number) => {
  const { sql } = registry.get('numbers')!.queries.find(({ name }) => name === 'pairs')!;
  const ordered = `select json_agg(p order by a desc nulls last, at) as rows from (${sql}) p`;
  return (await database.pool.query(ordered, [upTo])).rows[0].rows as unknown[];
};
const connections = async () => {
  const { rows } = await database.pool.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  );
  return rows[0].n as number;
};

describe('pages', () => {
  it.each([1, 3, 7, 50, 99, 100, 101])(
    'of %i rows are together the whole answer, in its order, with nulls',
    async (size) => {
      const rows: unknown[] = [];
      let pages = 0;
      for (let after: string | null = ''; after !== null; pages++) {
        const { json, statusCode } = await ask(
          `pairs?up_to=100&page.size=${size}${after && `&page.after=${after}`}`,
        );
        expect(statusCode).toBe(200);
        const page = json();
        expect([page.truncated, page.changed]).toEqual([page.next !== null, false]);
        rows.push(...page.rows);
        after = page.next;
      }
      expect(pages).toBe(Math.ceil(100 / size));
      expect(rows).toEqual(await plain(100));
    },
  );

  it.each(['csv', 'ndjson', 'arrow'] as const)('as %s name the next one in a header', async (format) => {
    const rows: number[] = [];
    let next: string | null = address(`pairs.${format}?up_to=20&page.size=6`);
    while (next !== null) {
      const answer: Inject = await app.inject({ url: next, headers: { host: 'localhost' } });
      expect([answer.statusCode, answer.headers['landfall-changed']]).toEqual([200, 'false']);
      const again = await app.inject({
        url: next,
        headers: { host: 'localhost', 'if-none-match': answer.headers.etag as string },
      });
      expect(again.statusCode).toBe(304);
      if (format === 'arrow')
        rows.push(
          ...tableFromIPC(answer.rawPayload)
            .toArray()
            .map((row) => row.a),
        );
      else if (format === 'csv')
        rows.push(
          ...answer.body
            .trim()
            .split('\n')
            .slice(1)
            .map((line) => (line[0] === ',' ? null! : Number(line[0]))),
        );
      else
        rows.push(
          ...answer.body
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line).a),
        );
      next = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1] ?? null;
    }
    expect(rows).toEqual((await plain(20)).map((row) => (row as { a: number | null }).a));
  });

  it('say that files have ended since the first one', async () => {
    const { next } = (await ask('pairs?up_to=9&page.size=4')).json();
    await database.pool.query(
      `with f as (insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint)
         values ('trips', 'a', 'file:///a', 'pool', 'landing', 1, '1') returning file_id)
       insert into landfall.snapshot (snapshot_id, dataset, file_id, kind, at)
       select 7, 'trips', file_id, 'end', now() from f`,
    );
    expect((await ask(`pairs?up_to=9&page.size=4&page.after=${next}`)).json().changed).toBe(true);
    expect((await ask('pairs?up_to=9&page.size=4')).json().changed).toBe(false);
  });

  it.each([
    ['series?up_to=2&page.size=1', 'cannot be paged through: its definition declares no order'],
    ['pairs?up_to=2&page.size=0', 'page.size: say a whole number from 1 to 10000'],
    ['pairs?up_to=2&page.size=10001', 'page.size: say a whole number from 1 to 10000'],
    ['pairs?up_to=2&page.size=1&page.size=2', 'given twice'],
    ['pairs?up_to=2&page.after=x', 'it is not a cursor'],
    ['pairs?up_to=2&page.before=x', 'page.before is not a parameter'],
  ])('%s is refused', async (query, said) => {
    const answer = await ask(query);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'LF_HTTP_REQUEST']);
    expect(answer.json().message).toContain(said);
  });

  it('take no cursor of other parameters, and no value that its column cannot have', async () => {
    const { next } = (await ask('pairs?up_to=9&page.size=4')).json();
    const other = await ask(`pairs?up_to=8&page.size=4&page.after=${next}`);
    expect([other.statusCode, other.json().message]).toEqual([
      400,
      expect.stringContaining('cursor of another query'),
    ]);
    const told = JSON.parse(Buffer.from(next, 'base64url').toString());
    for (const value of ["0' or true --", '1; drop table landfall.file', 'null', '']) {
      const forged = Buffer.from(JSON.stringify({ ...told, values: [value, told.values[1]] })).toString(
        'base64url',
      );
      const answer = await ask(`pairs?up_to=9&page.after=${forged}`);
      expect([value, answer.statusCode, answer.json().code]).toEqual([value, 400, 'LF_HTTP_REQUEST']);
    }
  });

  it('of rows that share a place are refused where one would be left out', async () => {
    for (const query of ['tied?page.size=3', 'tied.csv?page.size=3']) {
      const answer = await ask(query);
      expect([answer.statusCode, answer.json().code]).toEqual([500, 'LF_QUERY_ORDER']);
    }
    expect((await ask('tied?page.size=4')).json().rowCount).toBe(4);
    expect((await ask('tied')).json()).toMatchObject({ rowCount: 10, next: null });
  });
});

describe('whole answers', () => {
  /** Reads `most` bytes, and then no more for as long as `isHeld` says. */
  const get = (query: string) =>
    new Promise<{
      status: number;
      headers: Record<string, unknown>;
      bytes: number;
      isWhole: boolean;
      end: string;
    }>((resolve, reject) => {
      request(`${origin}${address(query)}`, (answer) => {
        let bytes = 0;
        let end = '';
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length;
          end = (end + piece.toString('latin1')).slice(-200);
        });
        answer.on('close', () =>
          resolve({
            status: answer.statusCode!,
            headers: answer.headers,
            bytes,
            isWhole: answer.complete,
            end,
          }),
        );
        answer.on('error', () => undefined);
      })
        .on('error', reject)
        .end();
    });

  it('of any length are sent as CSV and as lines of JSON, the short ones with an ETag', async () => {
    const short = await get('long.csv?up_to=10000');
    expect([short.status, short.isWhole, short.headers.etag]).toEqual([200, true, expect.any(String)]);
    const long = await get('long.csv?up_to=300000');
    expect([long.status, long.isWhole, long.headers.etag]).toEqual([200, true, undefined]);
    expect(long.headers['cache-control']).toBe('private, no-store');
    expect(long.end).toMatch(/\n300000,x{100},1\n$/);
    const lines = await get('long.ndjson?up_to=20000');
    expect(lines.end).toMatch(/"n":20000,/);
    await expect.poll(connections).toBe(0);
  });

  it('as Arrow have all rows', async () => {
    const answer = await app.inject({
      url: address('long.arrow?up_to=150000'),
      headers: { host: 'localhost' },
    });
    const table = tableFromIPC(answer.rawPayload);
    expect([table.numRows, table.get(149_999)!.n]).toEqual([150_000, 150_000]);
  });

  it('that fail on their way are cut, so that the reader sees it', async () => {
    const { status, isWhole, bytes } = await get('long.csv?up_to=50000&more=-20000');
    expect([status, isWhole, bytes > 0]).toEqual([200, false, true]);
    const early = await ask('long.csv?up_to=50000&more=-49999');
    expect([early.statusCode, early.json().code]).toEqual([500, 'LF_QUERY_FAILED']);
    await expect.poll(connections).toBe(0);
  });

  it('wait for a reader who takes nothing, in bounded memory, and are over when he is gone', async () => {
    const readers = await Promise.all(
      Array.from(
        { length: 2 },
        () =>
          new Promise<{ destroy(): void }>((resolve) => {
            const asked = request(`${origin}${address('long.csv?up_to=3000000')}`, (answer) => {
              answer.once('readable', () => resolve(asked));
            });
            asked.on('error', () => undefined).end();
          }),
      ),
    );
    await expect.poll(connections).toBe(2);
    const third = await ask('long.csv?up_to=20000');
    expect([third.statusCode, third.json().code]).toEqual([429, 'LF_QUERY_STREAMS']);
    // Short answers have a place left.
    expect((await ask('long.csv?up_to=20')).statusCode).toBe(200);
    // 600 MB of rows wait in the server, not here.
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(150e6);
    for (const reader of readers) reader.destroy();
    await expect.poll(connections).toBe(0);
    await expect.poll(async () => (await get('long.csv?up_to=20000')).status).toBe(200);
  });

  it('are not sent to a reader who takes nothing for too long', async () => {
    const { whole } = createQueryRunner(database.pool, { stallMs: 20 });
    const { PassThrough } = await import('node:stream');
    const stream = new PassThrough();
    stream.on('error', () => undefined);
    const query = registry.get('numbers')!.queries.find(({ name }) => name === 'long')!;
    const sent = whole({ dataset: 'numbers', query, values: [50_000, 1], page: null }, 'csv', () => stream);
    await expect(sent).rejects.toThrow('took nothing for 0.02 s');
    expect(stream.destroyed).toBe(true);
    await expect.poll(connections).toBe(0);
  });
});
