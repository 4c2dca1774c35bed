/** The HTTP fetcher against a real server that does what servers do wrong. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import type { CompiledHttpSource } from '../../../model/compiled-source.ts';
import { defineDataset, env, http, integer, jsonDocument, ndjson } from '../../../model/index.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Json } from '../../../sources/fetching/contract.ts';
import { fillFor } from '../../../sources/fetching/fill.ts';
import { httpFetcher } from '../../../sources/http/http-fetcher.ts';
import { retryAfter } from '../../../sources/http/request.ts';
import { zipOf } from '../../csv/zip.ts';
import { HeldStar } from '../postgres/held-star.ts';
import { type TestServer, testServer } from './server.ts';

type Options = Partial<Parameters<typeof http>[0]> & {
  readonly format?: 'json' | 'ndjson';
  readonly records?: string;
};

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await testServer();
  other = await testServer();
});
afterAll(async () => {
  await server.close();
  await other.close();
});
beforeEach(() => {
  other.answer((_, response) => response.end('id\n9\n'));
});

function sourceOf({ format, records, ...options }: Options): CompiledHttpSource {
  const source = http({ url: `${server.url}/sales`, ...options });
  const files = { json: jsonDocument({ records }), ndjson: ndjson(), csv: undefined }[format ?? 'csv'];
  const { sources } = compileDataset(
    defineDataset({
      name: 'sales',
      ...(files && { format: files }),
      columns: { id: integer() },
      star: 'none',
      sources: { api: source },
    }),
  );
  return sources[0] as CompiledHttpSource;
}

interface Fetched {
  readonly names: string[];
  readonly bodies: Buffer[];
  position: Json;
  cursor: Json;
}

const nothing = (): Fetched => ({ names: [], bodies: [], position: null, cursor: null });

const window = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };

/** One attempt at a run, from where it stopped. What is thrown, is thrown; the pages before stay. */
async function attempt(
  options: Options,
  so = nothing(),
  signal = new AbortController().signal,
): Promise<Fetched> {
  const source = sourceOf(options);
  const variables = { TOKEN: 'hush-hush', KEY: 'a b&c' };
  const texts = fillFor('sales', source, window, variables);
  const log = createLog('test', { level: 'silent' });
  const marked = async () => new Set<string>();
  const held = new HeldStar();
  const about = { dataset: 'sales', source, window, backfill: false, marked, signal, log, held, ...texts };
  for await (const page of httpFetcher.fetch({ ...about, cursor: so.cursor, position: so.position })) {
    if (page.page === null) {
      so.position = page.position;
      so.cursor = page.cursor ?? so.cursor;
      continue;
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of page.body) pieces.push(piece);
    const settled = page.settle();
    so.position = settled.position;
    so.cursor = settled.cursor ?? so.cursor;
    if (settled.skip) continue;
    so.names.push(page.page);
    so.bodies.push(Buffer.concat(pieces));
  }
  return so;
}

const code = (options: Options, so?: Fetched) =>
  attempt(options, so).then(
    () => 'none',
    (error) => error.code ?? error.message,
  );

const csv = (ids: readonly number[]) => `id\n${ids.map((id) => `${id}\n`).join('')}`;
const idsOf = ({ bodies }: Fetched) =>
  bodies.flatMap((body) => body.toString().trim().split('\n').slice(1).map(Number));

/** Serves so many rows of JSON in pages of two, by what the address asks for. */
const rowsUpTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const jsonIds = ({ bodies }: Fetched) =>
  bodies.flatMap((body) => JSON.parse(body.toString()).rows as number[]);

describe('pages', () => {
  it('one alone is a file as the server sends it', async () => {
    server.answer(({ headers }, response) => {
      expect(headers.accept).toMatch(/^text\/csv/);
      response.end('id\n1\n2\n');
    });
    const { names, bodies, position } = await attempt({});
    expect(names).toEqual(['0001.csv']);
    expect(bodies[0].toString()).toBe('id\n1\n2\n');
    expect(position).toMatchObject({ pages: 1, records: 2, ended: true });
  });

  it('have the window and secrets in address and headers', async () => {
    server.answer((_, response) => response.end(csv([1])));
    await attempt({
      url: `${server.url}/s?from={from}&day={to:date}&key={env:KEY}`,
      headers: { Authorization: 'Bearer {env:TOKEN}', 'x-key': env('TOKEN') },
    });
    const [{ url, headers }] = server.asked;
    expect(url.search).toBe('?from=2026-03-01T00%3A00%3A00Z&day=2026-03-02&key=a%20b%26c');
    expect(headers).toMatchObject({ authorization: 'Bearer hush-hush', 'x-key': 'hush-hush' });
  });

  it('follow the link in the header or in the body', async () => {
    server.answer(({ url }, response) => {
      const page = Number(url.searchParams.get('p') ?? 1);
      if (page < 3)
        response.setHeader('link', `</other>; rel="prev", </sales?p=${page + 1}>; rel="next last"`);
      response.end(csv([page]));
    });
    expect(idsOf(await attempt({ pages: { by: 'link' } }))).toEqual([1, 2, 3]);
    server.answer(({ url }, response) => {
      const page = Number(url.searchParams.get('p') ?? 1);
      const next = page < 3 ? `${server.url}/sales?p=${page + 1}` : null;
      response.end(JSON.stringify({ links: { next }, rows: [page] }));
    });
    const json = { format: 'json', records: '$.rows[*]', pages: { by: 'link', at: '$.links.next' } } as const;
    const found = await attempt(json);
    expect(found.names).toEqual(['0001.json', '0002.json', '0003.json']);
    expect(jsonIds(found)).toEqual([1, 2, 3]);
  });

  it('follow a cursor, until there is none or a flag says so', async () => {
    server.answer(({ url }, response) => {
      const at = Number(url.searchParams.get('after') ?? 0);
      response.end(JSON.stringify({ rows: [at + 1], next: at < 2 ? at + 1 : null, more: at < 1 }));
    });
    const json = { format: 'json', records: '$.rows[*]' } as const;
    const pages = { by: 'cursor', at: '$.next', parameter: 'after' } as const;
    expect(jsonIds(await attempt({ ...json, pages }))).toEqual([1, 2, 3]);
    expect(jsonIds(await attempt({ ...json, pages, end: { more: '$.more' } }))).toEqual([1, 2]);
  });

  it('by number or offset end with an empty page, with 404, or with the total', async () => {
    const served = (ids: number[], empty: 'empty' | 404) =>
      server.answer(({ url }, response) => {
        const offset = url.searchParams.get('offset');
        const skip = offset === null ? 2 * (Number(url.searchParams.get('page')) - 1) : Number(offset);
        const rows = ids.slice(skip, skip + 2);
        if (rows.length === 0 && empty === 404) return void response.writeHead(404).end('none');
        response.end(JSON.stringify({ rows, total: ids.length }));
      });
    const json = { format: 'json', records: '$.rows[*]' } as const;
    const number = { by: 'number', parameter: 'page' } as const;
    // The server has a lower limit of its own: no row is left out.
    const offset = { by: 'offset', parameter: 'offset', limit: 100, limitParameter: 'limit' } as const;
    for (const empty of ['empty', 404] as const) {
      for (const pages of [number, offset]) {
        served(rowsUpTo(5), empty);
        expect(jsonIds(await attempt({ ...json, pages })), `${empty} ${pages.by}`).toEqual([1, 2, 3, 4, 5]);
        expect(server.asked).toHaveLength(4);
      }
    }
    served(rowsUpTo(4), 'empty');
    expect(jsonIds(await attempt({ ...json, pages: offset, end: { total: '$.total' } }))).toEqual([
      1, 2, 3, 4,
    ]);
    expect(server.asked.map(({ url }) => url.search)).toEqual(['?offset=0&limit=100', '?offset=2&limit=100']);
  });

  it('of NDJSON are files of lines', async () => {
    server.answer(({ url }, response) => {
      response.end(url.searchParams.get('page') === '1' ? '{"id":1}\n{"id":2}\n' : '\n');
    });
    const { bodies, names } = await attempt({ format: 'ndjson', pages: { by: 'number', parameter: 'page' } });
    expect([names, bodies[0].toString()]).toEqual([['0001.ndjson'], '{"id":1}\n{"id":2}\n']);
  });

  it('that are compressed on the way are unpacked, and those that are compressed files stay so', async () => {
    const packed = gzipSync(JSON.stringify({ rows: [1], next: null }));
    server.answer((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
    const json = { format: 'json', records: '$.rows[*]', pages: { by: 'link', at: '$.next' } } as const;
    expect(jsonIds(await attempt(json))).toEqual([1]);
    server.answer((_, response) =>
      response.writeHead(200, { 'content-type': 'application/gzip' }).end(packed),
    );
    const { names, bodies, position } = await attempt(json);
    expect(names).toEqual(['0001.json.gz']);
    expect(JSON.parse(gunzipSync(bodies[0]).toString()).rows).toEqual([1]);
    expect(position).toMatchObject({ records: 1, ended: true });
    server.answer((_, response) => response.end(packed.subarray(0, packed.length - 9)));
    expect(await code(json)).toBe('LF_SOURCE_CONTENT');
  });

  it.each([
    ['zip', zipOf([{ name: 'a.csv', content: csv([1]) }])],
    ['zst', Buffer.from('28b52ffd200529000069640a310a', 'hex')],
  ])('that are %s files are handed on unopened', async (ending, packed) => {
    server.answer((_, response) => response.end(packed));
    const { names, bodies } = await attempt({});
    expect(names).toEqual([`0001.csv.${ending}`]);
    expect(bodies[0]).toEqual(packed);
  });

  it('end with a zip file that has no entries', async () => {
    server.answer(({ url }, response) => response.end(url.search === '?page=1' ? csv([1]) : zipOf([])));
    expect((await attempt({ pages: { by: 'number', parameter: 'page' } })).names).toEqual(['0001.csv']);
  });

  it('are asked for again only if they have changed, where there is one without a window', async () => {
    server.answer(({ headers }, response) => {
      if (headers['if-none-match'] === '"1"') return void response.writeHead(304).end();
      response.writeHead(200, { etag: '"1"' }).end(csv([1]));
    });
    const first = await attempt({});
    const second = { ...nothing(), cursor: first.cursor };
    expect((await attempt({}, second)).names).toEqual([]);
    expect(second.cursor).toEqual(first.cursor);
    // The mark belongs to another address.
    expect(
      (await attempt({ url: `${server.url}/sales?a=1` }, { ...nothing(), cursor: first.cursor })).names,
    ).toHaveLength(1);
    const windowed = await attempt({ url: `${server.url}/sales?from={from}` });
    expect(windowed.cursor).toBeNull();
  });
});

describe('a server that is wrong', () => {
  it.each([
    ['that ignores the number', () => [1, 2]],
    ['that goes in a circle of three', (page: number) => [page % 3, 7]],
  ])('repeats a page, %s: LF_SOURCE_LOOP, and earlier pages stay', async (_, rows) => {
    server.answer(({ url }, response) => response.end(csv(rows(Number(url.searchParams.get('page'))))));
    const so = nothing();
    expect(await code({ pages: { by: 'number', parameter: 'page' } }, so)).toBe('LF_SOURCE_LOOP');
    expect(new Set(so.bodies.map(String)).size).toBeLessThanOrEqual(3);
    expect(so.names.length).toBeGreaterThan(0);
    expect(server.asked.length).toBeLessThan(9);
  });

  it('links to the page itself, or gives the same cursor again', async () => {
    server.answer((_, response, nth) =>
      response.writeHead(200, { link: '</sales>; rel=next' }).end(csv([nth])),
    );
    expect(await code({ pages: { by: 'link' } })).toBe('LF_SOURCE_LOOP');
    server.answer((_, response, nth) => response.end(JSON.stringify([{ next: nth }])));
    server.answer((_, response, nth) => response.end(JSON.stringify({ rows: [nth], next: 'x' })));
    const pages = { by: 'cursor', at: '$.next', parameter: 'c' } as const;
    expect(await code({ format: 'json', records: '$.rows[*]', pages })).toBe('LF_SOURCE_LOOP');
  });

  it('never ends: LF_SOURCE_ENDLESS', async () => {
    server.answer((_, response, nth) => response.end(csv([nth])));
    const so = nothing();
    const pages = { by: 'number', parameter: 'page' } as const;
    expect(await code({ pages, pagesMost: 5 }, so)).toBe('LF_SOURCE_ENDLESS');
    expect([so.names.length, server.asked.length]).toEqual([4, 5]);
  });

  it('sends a page without end: LF_SOURCE_LARGE, and no file', async () => {
    server.answer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('1\n'.repeat(8192)));
      };
      response.write('id\n');
      response.on('drain', more);
      more();
    });
    const so = nothing();
    expect(await code({ bytesMost: 1_000_000 }, so)).toBe('LF_SOURCE_LARGE');
    expect(so.names).toEqual([]);
  });

  it('is busy: it is left alone as long as it asks', async () => {
    server.answer((_, response) => response.writeHead(429, { 'retry-after': '7' }).end('{}'));
    const error = await attempt({}).catch((one) => one);
    expect(error).toMatchObject({ code: 'LF_SOURCE_UNREACHABLE', values: { retryAfterMs: 7000 } });
    for (const status of [500, 502, 503, 504, 599]) {
      server.answer((_, response) => response.writeHead(status).end());
      expect(await code({}), String(status)).toBe('LF_SOURCE_UNREACHABLE');
    }
    const now = Date.parse('2026-03-01T00:00:00Z');
    expect(retryAfter('Sun, 01 Mar 2026 00:00:05 GMT', now)).toBe(5000);
    expect(retryAfter('soon', now)).toBe(0);
    expect(retryAfter('99999999', now)).toBe(86_400_000);
  });

  it('refuses: nobody but a person can help', async () => {
    for (const status of [400, 401, 403, 404, 418]) {
      server.answer((_, response) => response.writeHead(status).end());
      expect(await code({}), String(status)).toBe('LF_SOURCE_REFUSED');
    }
  });

  it.each<[string, string, string, Options]>([
    ['a login page by its type', 'text/html; charset=utf-8', 'id\n1\n', {}],
    ['a login page by its bytes', 'text/csv', '\n <!DOCTYPE html><html>', {}],
    ['a login page for JSON', 'application/json', '<html>', { format: 'json' }],
    ['an error in the place of rows', 'text/csv', '{"error": "expired"}', {}],
    [
      'an error in the place of records',
      'application/json',
      '{"error": "expired"}',
      { format: 'json', records: '$.rows[*]' },
    ],
    ['half a document', 'application/json', '{"rows": [1, 2', { format: 'json', records: '$.rows[*]' }],
    ['text for NDJSON', 'text/plain', 'please log in', { format: 'ndjson' }],
  ])('answers with %s: LF_SOURCE_CONTENT, and no file', async (_, type, body, options) => {
    server.answer((_, response) => response.writeHead(200, { 'content-type': type }).end(body));
    const so = nothing();
    expect(await code(options, so)).toBe('LF_SOURCE_CONTENT');
    expect(so.names).toEqual([]);
  });

  it.each(['of known length', 'in pieces'])('cuts the connection in a body %s: no half file', async (how) => {
    server.answer((_, response, nth) => {
      if (nth === 2) {
        if (how === 'of known length') response.setHeader('content-length', 100);
        response.write('id\n3\n');
        setTimeout(() => response.destroy(), 5);
      } else response.end(csv([nth, nth]));
    });
    const pages = { by: 'number', parameter: 'page' } as const;
    const so = nothing();
    expect(await code({ pages }, so)).toBe('LF_SOURCE_UNREACHABLE');
    expect(idsOf(so)).toEqual([1, 1]);
    // It resumes at page 2.
    server.answer(({ url }, response) =>
      response.end(url.searchParams.get('page') === '2' ? csv([2]) : csv([])),
    );
    expect(idsOf(await attempt({ pages }, so))).toEqual([1, 1, 2]);
    expect(server.asked.map(({ url }) => url.search)).toEqual(['?page=2', '?page=3']);
    expect(so.names).toEqual(['0001.csv', '0002.csv']);
  });

  it('is silent, or is not there', async () => {
    server.answer(() => {});
    expect(await code({ timeout: '1s' })).toBe('LF_SOURCE_UNREACHABLE');
    const gone = await testServer();
    await gone.close();
    expect(await code({ url: gone.url })).toBe('LF_SOURCE_UNREACHABLE');
  });

  it('cannot be asked: nobody but a person can help', async () => {
    expect(await code({ url: 'http://127.0.0.1:6000/sales' })).toBe('LF_SOURCE_REFUSED');
    expect(await code({ url: server.url.replace('http:', 'https:') })).toBe('LF_SOURCE_REFUSED');
  });

  it('ends what waits when the coordinator closes', async () => {
    const closing = new AbortController();
    server.answer(() => closing.abort(new Error('closing')));
    await expect(attempt({}, nothing(), closing.signal)).rejects.toThrow('closing');
  });
});

describe('secrets', () => {
  const headers = { authorization: env('TOKEN'), 'x-api-key': env('TOKEN') };

  it('do not follow a redirect or a link to another host', async () => {
    server.answer((_, response) => response.writeHead(302, { location: `${other.url}/x` }).end());
    expect(idsOf(await attempt({ headers }))).toEqual([9]);
    server.answer((_, response) =>
      response.writeHead(200, { link: `<${other.url}/y>; rel="next"` }).end(csv([1])),
    );
    expect(idsOf(await attempt({ headers, pages: { by: 'link' } }))).toEqual([1, 9]);
    expect(other.asked).toHaveLength(2);
    expect(JSON.stringify(other.asked)).not.toContain('hush');
    expect(server.asked[0].headers['x-api-key']).toBe('hush-hush');
  });

  it('follow a redirect on the same host', async () => {
    server.answer(({ url }, response) => {
      if (url.pathname === '/sales') response.writeHead(307, { location: '/moved' }).end();
      else response.end(csv([1]));
    });
    expect(idsOf(await attempt({ headers }))).toEqual([1]);
    expect(server.asked[1].headers['x-api-key']).toBe('hush-hush');
  });

  it.each([
    ['a circle', '/sales'],
    ['a file', 'file:///etc/passwd'],
    ['nowhere', undefined],
  ])('a redirect to %s is refused', async (_, location) => {
    server.answer((_, response) => response.writeHead(302, location === undefined ? {} : { location }).end());
    expect(await code({})).toBe('LF_SOURCE_REDIRECT');
  });

  it('are in no message', async () => {
    const url = `${server.url}/sales?token={env:TOKEN}`;
    const messages: string[] = [];
    const note = (error: Error) => void messages.push(`${error.message} ${JSON.stringify(error)}`);
    server.answer((_, response) => response.writeHead(403).end('hush-hush'));
    await attempt({ url, headers }).catch(note);
    server.answer((_, response) => response.destroy());
    await attempt({ url, headers }).catch(note);
    server.answer((_, response) => response.end('<html>'));
    await attempt({ url, headers }).catch(note);
    expect(messages).toHaveLength(3);
    expect(messages.join()).not.toContain('hush');
  });
});
