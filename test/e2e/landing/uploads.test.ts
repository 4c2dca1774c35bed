/** Files that people upload: recognised or with a definition that is proposed, sent in pieces, and loaded. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

let site: TestSite;
let datasets: string;
beforeAll(async () => {
  datasets = join(tempFolder(), 'definitions');
  mkdirSync(datasets);
  site = await testSite({ backend: 'postgres', serve: true, examples: ['trips'], datasets: [datasets] });
});
afterAll(() => site.close());

const header = 'region,origin_coord,destination_coord,datetime,datasource';
const trips = (rows: number) =>
  `${header}\n${Array.from({ length: rows }, (_, i) => `Prague,POINT (14.${i} 50.1),POINT (14.4 50.${i}),2018-05-28 09:0${i % 10}:00,funny_car`).join('\n')}\n`;
const beaches =
  'beach,sand,opened\nBondi,yellow,2019-01-02\nCopacabana,white,2020-02-03\nCala,white,2021-03-04\n';

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(new URL(path, site.url!), init);
  return { status: response.status, json: await response.json() };
}
const post = (path: string, body: object = {}) =>
  ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const bytes = (content: string | Uint8Array) => ({
  body: content as BodyInit,
  headers: { 'content-type': 'application/octet-stream' },
});

describe('an upload over HTTP', () => {
  it('is recognised by its header, and loaded once it is whole', async () => {
    const content = trips(20);
    const look = await ask('/api/inspect?name=a.csv&part=true', {
      method: 'POST',
      ...bytes(`${content}Prague,POINT (14`),
    });
    expect(look.json).toMatchObject({ dataset: 'trips', read: 20, rejected: 0, proposal: null });
    expect(look.json.columns[0]).toEqual({ name: 'region', type: 'text', header: 'region' });
    expect(look.json.rows[0]).toContain('Prague');
    const created = await post('/api/uploads', { name: 'a.csv', bytes: content.length });
    expect(created.status).toBe(201);
    const path = `/api/uploads/${created.json.id}`;
    const half = Math.floor(content.length / 2);
    const first = await ask(`${path}?offset=0`, { method: 'PATCH', ...bytes(content.slice(0, half)) });
    expect(first.json.offset).toBe(half);
    expect((await post(`${path}/land`, { dataset: 'trips' })).json.code).toBe('LF_UPLOAD_CONTENT');
    expect((await post(`${path}/inspect`)).json.code).toBe('LF_UPLOAD_CONTENT');
    const wrong = await ask(`${path}?offset=0`, { method: 'PATCH', ...bytes('x') });
    expect([wrong.status, wrong.json.code]).toEqual([409, 'LF_UPLOAD_OFFSET']);
    const { offset } = (await ask(path)).json;
    await ask(`${path}?offset=${offset}`, { method: 'PATCH', ...bytes(content.slice(offset)) });
    const receipt = site.receiptOf('a.csv');
    const landed = await post(`${path}/land`, { dataset: 'trips' });
    expect([landed.status, landed.json]).toEqual([202, { dataset: 'trips', name: 'a.csv' }]);
    expect(await receipt).toMatchObject({ status: 'done', rows: { loaded: 20 } });
    expect((await ask(path)).status).toBe(404);
  });

  it('that no dataset fits gets a definition, which is saved if it can be used', async () => {
    const packed = gzipSync(beaches);
    const { json: upload } = await post('/api/uploads', { name: 'beaches.csv.gz', bytes: packed.length });
    const path = `/api/uploads/${upload.id}`;
    await ask(`${path}?offset=0`, { method: 'PATCH', ...bytes(packed) });
    const { json: found } = await post(`${path}/inspect`, { as: 'shores' });
    expect(found).toMatchObject({ dataset: null, read: 3, rejected: 0, proposal: { name: 'shores' } });
    expect(found.rows[0]).toEqual(['Bondi', 'yellow', '2019-01-02']);
    const { source } = found.proposal;
    expect(source).not.toContain('/uploads/');
    const broken = await post('/api/definitions', { name: 'shores', source: source.replace('shores', '9') });
    expect([broken.status, broken.json.code]).toEqual([422, 'LF_INIT_BROKEN']);
    const saved = await post('/api/definitions', { name: 'shores', source });
    expect(saved.json).toEqual({
      dataset: 'shores',
      file: join(datasets, 'shores/dataset.ts'),
      isUsed: true,
    });
    expect(await readFile(saved.json.file, 'utf8')).toBe(source);
    expect((await post('/api/definitions', { name: 'shores', source })).json.code).toBe('LF_INIT_EXISTS');
    for (const name of ['../x', 'a/b', ''])
      expect((await post('/api/definitions', { name, source })).status).toBeGreaterThanOrEqual(400);
    const receipt = site.receiptOf('beaches.csv.gz');
    await post(`${path}/land`, { dataset: 'shores' });
    expect(await receipt).toMatchObject({ status: 'done', rows: { loaded: 3 } });
    expect(await site.query('select what, target, outcome from landfall.action order by 1, 2, 3')).toEqual([
      { what: 'define', target: 'shores', outcome: 'LF_INIT_BROKEN' },
      { what: 'define', target: 'shores', outcome: 'ok' },
      { what: 'upload', target: 'shores/beaches.csv.gz', outcome: 'ok' },
      { what: 'upload', target: 'trips/a.csv', outcome: 'LF_UPLOAD_CONTENT' },
      { what: 'upload', target: 'trips/a.csv', outcome: 'ok' },
    ]);
  });

  it('that cannot be read says why, and is the mistake of who sent it', async () => {
    const look = (name: string, content: string | Uint8Array) =>
      ask(`/api/inspect?name=${name}`, { method: 'POST', ...bytes(content) });
    for (const [content, status] of [
      ['', 422],
      [Buffer.from([0, 1, 2, 3, 0, 255]), 422],
      ['x'.repeat(9_000_000), 413],
    ] as const) {
      const { status: found, json } = await look('a.csv', content);
      expect([found, json]).toEqual([status, expect.objectContaining({ fix: expect.any(String) })]);
      expect(json.message).not.toContain('/');
    }
    expect(
      (await ask('/api/inspect?name=a.csv&dataset=none', { method: 'POST', ...bytes('a,b\n') })).json.code,
    ).toBe('LF_DATASET_UNKNOWN');
  });

  it('of another site is refused', async () => {
    for (const [method, path] of [
      ['POST', '/api/uploads'],
      ['PATCH', '/api/uploads/x?offset=0'],
      ['DELETE', '/api/uploads/x'],
      ['POST', '/api/uploads/x/land'],
      ['POST', '/api/inspect?name=a'],
      ['POST', '/api/definitions'],
    ]) {
      const { status, json } = await ask(path, { method, headers: { origin: 'https://evil.example' } });
      expect([method, path, status, json.code]).toEqual([method, path, 403, 'LF_HTTP_ORIGIN']);
    }
  });
});

it('docs/http.md shows commands that work, one after another', async () => {
  const folder = tempFolder();
  await writeFile(join(folder, 'b.csv'), trips(5).replace('2018-05-28', 'noon'));
  const { fileId } = await site.drop('trips', join(folder, 'b.csv'));
  const upload = trips(7).replaceAll('Prague', 'Turin');
  await writeFile(join(folder, 'a.csv'), upload);
  const text = await readFile(new URL('../../../docs/http.md', import.meta.url), 'utf8');
  const commands = [...text.matchAll(/^(?:\$ )?(curl .*)$/gm)].map(([, command]) => command);
  expect(commands.length).toBeGreaterThan(8);
  let id = '';
  let answers = '';
  for (const command of commands) {
    const own = command
      .replace('curl ', 'curl -sS --fail-with-body ')
      .replaceAll('http://127.0.0.1:8080', site.url!)
      .replace('/files/2/', `/files/${fileId}/`)
      .replace('"bytes": 1200', `"bytes": ${upload.length}`)
      .replace('"a.csv"', '"from-docs.csv"')
      .replace('/uploads/ID', `/uploads/${id}`);
    const { stdout } = await promisify(execFile)('sh', ['-c', own], { cwd: folder });
    id = /"id":"(\w+)"/.exec(stdout)?.[1] ?? id;
    answers += stdout;
    if (command.includes('-o corrected.csv')) {
      const path = join(folder, 'corrected.csv');
      await writeFile(path, (await readFile(path, 'utf8')).replace(',noon ', ',2018-05-28 '));
    }
  }
  for (const part of ['"dryRun":true', '"rows":4', '"path":"/api/files/', 'region,', '"region":"Prague"'])
    expect(answers).toContain(part);
  expect((await site.receiptOf('from-docs.csv')).rows.loaded).toBe(7);
  expect((await site.receiptOf('b.csv~corrected')).rows.loaded).toBe(1);
});
