/** Every route of the API, as its OpenAPI document lists them, asked what no honest client asks. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineDataset, integer, text, view } from '../../../model/index.ts';
import { openServed, type Served } from '../../coordinator/http/actions/served.ts';
import { sales } from '../../coordinator/support.ts';

/** A dataset with what the addresses of the API can name below it. */
const asked = defineDataset({
  name: 'asked',
  columns: { id: integer({ required: true }), word: text() },
  star: { fact: 'fact_asked', columns: ['id', 'word'] },
  marts: { words: view('select 1 as n') },
  queries: {
    echo: {
      description: 'The word that was given.',
      sql: 'select :word::text as word, n from generate_series(1, :up_to::int) n',
      parameters: { word: { type: 'text', default: 'none' }, up_to: { type: 'integer', default: 2 } },
      order: ['n'],
    },
  },
});

/** What the parameters of an address name where it is there. */
const valid: Readonly<Record<string, string>> = { id: '1', name: 'asked', dataset: 'asked', mart: 'words' };

let served: Served;
let routes: { method: string; path: string; parameters: string[] }[];
beforeAll(async () => {
  served = await openServed([sales, asked]);
  await served.rig.drop('sales/may.csv', 'id,shop,amount,note\n1,a,2,\n2,b,soon,\n3,c,3,\n4,d,4,\n');
  await served.rig.receipts(1);
  const { paths } = (await served.ask('/api/openapi.json')).json as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  };
  const ofApi = Object.entries(paths).filter(([path]) => path.startsWith('/api/'));
  routes = ofApi.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      ...{ method: method.toUpperCase(), path },
      parameters: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
});
afterAll(() => served.close());

const hostile = [
  `'; drop table landfall.file; --`,
  `" or ""="`,
  `1) or (1=1`,
  `../../../../etc/passwd`,
  `..%2f..%2fetc%2fpasswd`,
  `<script>alert(1)</script>`,
  `\u0000`,
  `${'9'.repeat(40)}`,
  `-1`,
  `__proto__`,
];

/** The path with a value for each of its parameters. */
function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{([^}]+)\}/g, (_, name) => values[name] ?? '1');
}

/** Sends a request as it is: `fetch` would tidy the path. */
function send(method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(served.server.url);
    request({ hostname, port, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => (text += piece));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, type: String(answer.headers['content-type']), text }),
      );
    })
      .on('error', reject)
      .end(method === 'POST' ? '{}' : undefined);
  });
}

/** What would differ if a probe had changed something. */
async function state(): Promise<unknown> {
  const { rows } = await served.rig.database.pool.query(
    `select (select count(*) from landfall.file) as files, (select count(*) from landfall.reject) as rejects,
            (select count(*) from pg_class) as relations, (select state from landfall.file limit 1) as state`,
  );
  return rows[0];
}

it('no text in a path or a parameter is run, read as a file, or answered with a fault of the server', async () => {
  const before = await state();
  expect(routes.length).toBeGreaterThan(25);
  let asked = 0;
  for (const { method, path, parameters } of routes) {
    for (const text of hostile) {
      const value = encodeURIComponent(text);
      // Each part of the path alone and the others as they should be, so that they lead to it; and all at once.
      const parts = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      const probes = parts.map((name) => filled(path, { ...valid, [name]: value }));
      if (parts.length > 1) probes.push(path.replace(/\{[^}]+\}/g, value));
      for (const name of [...parameters, 'unheard_of'])
        probes.push(`${filled(path, valid)}?${encodeURIComponent(name)}=${value}`);
      for (const probe of probes) {
        const headers = method === 'POST' ? { 'content-type': 'application/json' } : {};
        const { status, type, text: body } = await send(method, probe, headers as Record<string, string>);
        asked++;
        const what = `${method} ${probe}: ${status} ${body.slice(0, 200)}`;
        expect(status, what).not.toBe(500);
        expect(body, what).not.toContain('root:');
        if (status >= 400)
          expect(JSON.parse(body), what).toMatchObject({
            code: expect.stringMatching(/^LF_/),
            fix: expect.stringMatching(/./),
          });
        if (type.includes('html')) expect(body, what).not.toContain('<script>alert');
      }
    }
  }
  expect(asked).toBeGreaterThan(500);
  expect(await state()).toEqual(before);
});

it('no route answers another site, or a name that is not of this machine', async () => {
  for (const { method, path } of routes) {
    const own = path.replace(/\{[^}]+\}/g, '1');
    expect((await send(method, own, { host: 'evil.example' })).status, own).toBe(421);
    if (method === 'GET') continue;
    const crossed = await send(method, own, {
      origin: 'http://evil.example',
      'content-type': 'application/json',
    });
    expect([own, crossed.status]).toEqual([own, 403]);
  }
});

it('headers and bodies that do not end hold up nobody else', async () => {
  const { hostname, port } = new URL(served.server.url);
  const sockets = routes.map(({ method, path }, i) => {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    const head = `${method} ${path.replace(/\{[^}]+\}/g, '1')} HTTP/1.1\r\nhost: localhost\r\n`;
    const body = 'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"';
    socket.write(i % 2 === 0 ? `${head}x-slow: ` : head + body);
    return socket;
  });
  expect((await served.ask('/api/files')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});

it('uploads that drip keep what they have sent, and hold up nobody else', async () => {
  const { hostname, port } = new URL(served.server.url);
  const content = 'id,shop,amount,note\n9,a,2,\n';
  const announce = async (name: string) =>
    `/api/uploads/${(await served.post('/api/uploads', { name, bytes: content.length })).json.id}`;
  const dripping = await Promise.all(Array.from({ length: 20 }, (_, i) => announce(`slow-${i}.csv`)));
  const sockets = dripping.map((path, i) => {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    const head = `PATCH ${path}?offset=0 HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${content.length}\r\n`;
    socket.write(`${head}content-type: application/octet-stream\r\n\r\n${content.slice(0, i + 1)}`);
    return socket;
  });
  const offsets = async () =>
    Promise.all(dripping.map(async (path) => (await served.ask(path)).json.offset as number));
  const sent = dripping.map((_, i) => i + 1);
  await expect.poll(offsets).toEqual(sent);
  // One more piece of an upload waits for nobody, and a whole one lands and is loaded.
  const again = { method: 'PATCH', body: content, headers: { 'content-type': 'application/octet-stream' } };
  expect((await served.ask(`${dripping[0]}?offset=1`, again)).json.code).toBe('LF_UPLOAD_BUSY');
  const quick = await announce('quick.csv');
  expect((await served.ask(`${quick}?offset=0`, again)).json.offset).toBe(content.length);
  expect((await served.post(`${quick}/land`, { dataset: 'sales' })).status).toBe(202);
  expect((await served.rig.receipts(2)).at(-1)).toMatchObject({ file: 'quick.csv', status: 'done' });
  for (const socket of sockets) socket.destroy();
  // Cut off, each goes on after its last byte.
  const rest = (path: string, from: number) =>
    served.ask(`${path}?offset=${from}`, { ...again, body: content.slice(from) });
  await expect.poll(async () => (await rest(dripping[0], 1)).json.offset).toBe(content.length);
  expect((await offsets()).slice(1)).toEqual(sent.slice(1));
});
