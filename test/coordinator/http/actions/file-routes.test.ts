import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportToFile } from '../../../../coordinator/commands/list-rejects.ts';
import { bigint, defineDataset, integer, ndjson, text, upsert } from '../../../../model/index.ts';
import { sales, salesCsv } from '../../support.ts';
import { type Answer, openServed, type Served } from './served.ts';

const accounts = defineDataset({
  name: 'accounts',
  columns: { id: bigint({ required: true }), n: integer({ required: true }), note: text() },
  mode: upsert({ key: ['id'], orderBy: 'n' }),
  star: { fact: 'fact_account', columns: ['id', 'n', 'note'] },
});

const visits = defineDataset({
  name: 'visits',
  columns: { id: integer({ required: true }), n: integer() },
  format: ndjson(),
  star: 'none',
  rejects: { share: 1 },
});

let served: Served;
let post: Served['post'];
let ask: Served['ask'];
beforeAll(async () => {
  served = await openServed([sales, accounts, visits]);
  ({ post, ask } = served);
});
afterAll(() => served.close());

const column = (sql: string) => served.rig.column(sql);
const facts = () => column('select count(*)::int from star.fact_sale');

/** Loads a file, and returns its number. */
async function load(key: string, content: string): Promise<number> {
  const before = (await column('select count(*)::int from landfall.file'))[0] as number;
  await served.rig.drop(key, content);
  const receipts = await served.rig.receipts(before + 1);
  return receipts.at(-1)!.fileId;
}

async function ended({ json }: Answer) {
  return served.rig.coordinator.settled(json.fileId);
}

describe('undo', () => {
  it('says in numbers what would leave, changes nothing, and then says what left', async () => {
    const fileId = await load('sales/undo.csv', `${salesCsv(10)}many,shop 1,1,ok\n`);
    const before = await facts();
    const said = await post(`/api/files/${fileId}/undo?dryRun=true`);
    const [file] = said.json.files;
    expect(said.json).toMatchObject({ dryRun: true, events: null });
    expect(file).toMatchObject({
      fileId,
      file: 'undo.csv',
      rows: 10,
      parts: 1,
      rejects: 1,
      rejectsReturned: 0,
    });
    expect(file.bytes).toBeGreaterThan(100);
    expect(await facts()).toEqual(before);
    const done = await post(`/api/files/${fileId}/undo`);
    expect([done.status, done.json]).toEqual([200, { ...said.json, dryRun: false }]);
    expect(await facts()).toEqual([(before[0] as number) - 10]);
    expect((await post(`/api/files/${fileId}/undo?dryRun=true`)).json.files).toEqual([]);
  });

  it('counts the events that become current again, the same before and after', async () => {
    await load('accounts/a.csv', 'id,n,note\n1,1,a\n2,1,a\n3,1,a\n');
    const fileId = await load('accounts/b.csv', 'id,n,note\n2,2,b\n3,2,b\n4,2,b\n');
    const said = await post(`/api/files/${fileId}/undo?dryRun=true`);
    expect(said.json.events).toEqual({ leaving: 3, returning: 2 });
    const notes = `select string_agg(id || note, ' ' order by id) from star.fact_account`;
    expect(await column(notes)).toEqual(['1a 2b 3b 4b']);
    expect((await post(`/api/files/${fileId}/undo`)).json.events).toEqual(said.json.events);
    expect(await column(notes)).toEqual(['1a 2a 3a']);
  });

  it('does not wait for whoever has the file locked', async () => {
    const fileId = await load('sales/locked.csv', salesCsv(2, 900));
    const client = await served.rig.database.pool.connect();
    await client.query('begin');
    await client.query('select from landfall.file where file_id = $1 for update', [fileId]);
    const { status, json } = await post(`/api/files/${fileId}/undo?dryRun=true`);
    expect([status, json.code]).toEqual([409, 'LF_DATABASE_LOCKED']);
    await client.query('rollback');
    client.release();
  });
});

describe('rejects.csv and corrections', () => {
  const rows = 'many,=cmd(),1,ok\nfew,"a ""b""",2,\'=1\n';

  it('are the bytes of the command, and a warning that cells may be formulas', async () => {
    const fileId = await load('sales/export.csv', `${salesCsv(3, 100)}${rows}`);
    const { rig } = served;
    const path = join(rig.folder, 'exported.csv');
    const file = (await rig.coordinator.ledger.file(fileId))!;
    await exportToFile(rig.database.pool, rig.registry, file, path);
    const plain = await ask(`/api/files/${fileId}/rejects.csv`);
    expect(plain.text).toBe(await readFile(path, 'utf8'));
    expect(plain.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringContaining('filename="export.csv-rejects.csv"'),
      'landfall-warning': expect.stringContaining('formulas'),
    });
    const safe = await ask(`/api/files/${fileId}/rejects.csv?excelSafe=true`);
    expect(safe.text).toContain(",many,'=cmd(),1,ok\n");
    expect(safe.text).toContain(`,few,"a ""b""",2,''=1\n`);
    expect(safe.headers['landfall-warning']).toBeUndefined();
  });

  it.each(['', '?excelSafe=true'])('load what was corrected, as it was before a guard%s', async (query) => {
    const from = query === '' ? 200 : 300;
    const fileId = await load(`sales/correct-${from}.csv`, `${salesCsv(3, from)}${rows}`);
    const { text: exported } = await ask(`/api/files/${fileId}/rejects.csv${query}`);
    const corrected = exported.replace(',many,', `,${from + 50},`).replace(',few,', `,${from + 51},`);
    const files = await column('select count(*)::int from landfall.file');
    const halfway = exported.replace(',many,', `,${from + 50},`);
    const foretold = await post(`/api/files/${fileId}/corrections?dryRun=true`, halfway);
    expect([foretold.status, foretold.json]).toEqual([
      200,
      {
        ...{ dryRun: true, rows: 2, taken: 1, rejected: 1 },
        rejects: [{ line: 3, code: 'LF_REJECT_TYPE', column: 'id', message: expect.stringContaining('few') }],
      },
    ]);
    const whole = await post(`/api/files/${fileId}/corrections?dryRun=true`, corrected);
    expect(whole.json).toEqual({ dryRun: true, rows: 2, taken: 2, rejected: 0, rejects: [] });
    expect(await column('select count(*)::int from landfall.file')).toEqual(files);
    const answer = await post(`/api/files/${fileId}/corrections`, corrected);
    expect([answer.status, answer.json.path]).toEqual([202, `/api/files/${answer.json.fileId}`]);
    expect(await ended(answer)).toMatchObject({ status: 'done', link: { kind: 'corrects', fileId } });
    const loaded = await column(
      `select note || '|' || name from star.fact_sale join star.dim_shop using (shop_key) where id >= ${from + 50} and id < ${from + 60} order by id`,
    );
    expect(loaded).toEqual(['ok|=cmd()', `'=1|a "b"`]);
    const again = await post(`/api/files/${fileId}/corrections`, corrected);
    expect([again.status, again.json.code]).toEqual([409, 'LF_CORRECTION_NONE']);
  });

  it('of JSON say what they would do, and load that', async () => {
    const fileId = await load('visits/a.ndjson', '{"id": "x", "n": 1}\n{"id": 2, "n": "y"}\n{"id": 3}\n');
    const { json } = await ask(`/api/files/${fileId}/rejects`);
    expect(json.rejects.map(({ marks }: { marks: object[] }) => marks)).toEqual([
      [{ start: 7, end: 10, column: 'id' }],
      [{ start: 15, end: 18, column: 'n' }],
    ]);
    const { text: exported } = await ask(`/api/files/${fileId}/rejects.csv`);
    const corrected = exported.replace('"id": "x"', '"id": 1');
    const foretold = await post(`/api/files/${fileId}/corrections?dryRun=true`, corrected);
    const rejects = [expect.objectContaining({ line: 2, column: 'n' })];
    expect(foretold.json).toEqual({ ...{ dryRun: true, rows: 2, taken: 1, rejected: 1 }, rejects });
    const receipt = await ended(await post(`/api/files/${fileId}/corrections`, corrected));
    expect(receipt).toMatchObject({ rows: { loaded: 1, rejected: 1 } });
  });

  it('are refused where they are no export, of another file, or too long, and leave nothing', async () => {
    const fileId = await load('sales/refused.csv', `${salesCsv(3, 400)}${rows}`);
    const { text: exported } = await ask(`/api/files/${fileId}/rejects.csv`);
    const files = await column('select count(*)::int from landfall.file');
    for (const [body, reason] of [
      ['id,shop\n1,2\n', '_landfall_file'],
      [exported.replaceAll(`${fileId}:`, '1:'), 'it corrects file 1,'],
      [exported.split('\n')[0], 'does not say which file'],
    ]) {
      for (const query of ['', '?dryRun=true']) {
        const { status, json } = await post(`/api/files/${fileId}/corrections${query}`, body);
        expect([status, json.code]).toEqual([422, 'LF_CORRECTION_EXPORT']);
        expect(json.message).toContain(reason);
      }
    }
    const long = await post(`/api/files/${fileId}/corrections`, exported + 'x'.repeat(2_000_000));
    expect([long.status, long.json.code]).toEqual([413, 'LF_UPLOAD_SIZE']);
    expect(await column('select count(*)::int from landfall.file')).toEqual(files);
    expect((await served.rig.files('archive')).filter((path) => path.includes(`f${fileId}-`))).toEqual([]);
  });

  it('that are guarded are refused where they land', async () => {
    const fileId = await load('sales/guarded.csv', `${salesCsv(3, 500)}${rows}`);
    const { text: exported } = await ask(`/api/files/${fileId}/rejects.csv?excelSafe=true`);
    const landed = await load('sales/guarded-corrected.csv', exported);
    expect(await column(`select error->>'code' from landfall.file where file_id = ${landed}`)).toEqual([
      'LF_CORRECTION_GUARDED',
    ]);
  });
});

describe('replay', () => {
  it('says what it would load, and loads it', async () => {
    const fileId = await load('sales/replay.csv', `${salesCsv(3, 600)}many,shop 1,1,ok\n`);
    const version = served.rig.registry.get('sales')!.version;
    const said = await post(`/api/files/${fileId}/replay?dryRun=true`);
    const definition = { before: version, now: version };
    expect(said.json).toEqual({ dryRun: true, what: 'rejects', rows: 1, bytes: 16, definition, undo: null });
    const whole = await post(`/api/files/${fileId}/replay?dryRun=true`, { whole: true });
    expect(whole.json).toMatchObject({ what: 'file', rows: 4, undo: { files: [{ rows: 3, rejects: 1 }] } });
    const answer = await post(`/api/files/${fileId}/replay`, { whole: true });
    expect(answer.status).toBe(202);
    expect(await ended(answer)).toMatchObject({ status: 'done', rows: { loaded: 3 } });
    const clean = await load('sales/clean.csv', salesCsv(3, 700));
    expect((await post(`/api/files/${clean}/replay`)).json).toEqual({
      dryRun: false,
      fileId: null,
      path: null,
    });
  });
});

describe('whoever asks', () => {
  it('gets errors in one form, with a status that says whose mistake it is', async () => {
    for (const [path, status, code] of [
      ['/api/files/999999/undo', 404, 'LF_FILE_UNKNOWN'],
      ['/api/files/x/undo', 400, 'LF_HTTP_REQUEST'],
      ['/api/files/1/undo?dryRun=perhaps', 400, 'LF_HTTP_REQUEST'],
      ['/api/files/1/accept', 409, 'LF_FILE_ACCEPTED'],
      ['/api/files/1/nothing', 404, 'LF_HTTP_NOT_FOUND'],
    ] as const) {
      const answer = await post(path);
      expect([path, answer.status, answer.json.code]).toEqual([path, status, code]);
      expect(answer.json).toEqual({ code, message: expect.any(String), fix: expect.any(String) });
    }
    const wrong = await ask('/api/files/1/undo');
    expect([wrong.status, wrong.headers.allow, wrong.json.code]).toEqual([405, 'POST', 'LF_HTTP_METHOD']);
  });

  it('must not be a page of another site, not even one of this machine', async () => {
    const files = await column(`select count(*)::int from landfall.file where state = 'undone'`);
    const [fileId] = await column(`select file_id from landfall.file where name = 'clean.csv'`);
    for (const path of ['undo', 'replay', 'accept', 'corrections'].map(
      (what) => `/api/files/${fileId}/${what}`,
    ))
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: 'http://localhost:5173' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ] as Record<string, string>[]) {
        const answer = await ask(path, { method: 'POST', headers });
        expect([path, headers, answer.status, answer.json.code]).toEqual([
          path,
          headers,
          403,
          'LF_HTTP_ORIGIN',
        ]);
      }
    const rebound = { host: 'evil.example', origin: 'http://evil.example' };
    const answer = await ask(`/api/files/${fileId}/undo`, { method: 'POST', headers: rebound });
    expect([answer.status, answer.json.code]).toEqual([421, 'LF_HTTP_HOST']);
    expect(await column(`select count(*)::int from landfall.file where state = 'undone'`)).toEqual(files);
    const own = { origin: served.server.url, 'sec-fetch-site': 'same-origin' };
    const allowed = await ask(`/api/files/${fileId}/undo?dryRun=true`, { method: 'POST', headers: own });
    expect(allowed.status).toBe(200);
  });

  it('needs a token with the role, and is on record with its name', async () => {
    const tokens = [
      { name: 'wall', role: 'view', token: 'looks' },
      { name: 'ann', role: 'operate', token: 'acts' },
    ] as const;
    const server = await served.serve({ token: 'all', tokens });
    const [fileId] = await column(`select file_id from landfall.file where name = 'clean.csv'`);
    const as = (token: string, path = `/api/files/${fileId}/undo`) =>
      ask(path, { server, method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect((await as('wrong')).json.code).toBe('LF_HTTP_TOKEN');
    // A token in an address is for reading: links are sent around, and written to logs.
    expect((await ask(`/api/files/${fileId}/undo?token=acts`, { server, method: 'POST' })).status).toBe(401);
    const refused = await as('looks');
    expect([refused.status, refused.json.code]).toEqual([403, 'LF_HTTP_ROLE']);
    expect(refused.json.message).toContain('wall');
    expect((await as('acts')).status).toBe(200);
    expect((await as('all', '/api/files/999999/replay')).status).toBe(404);
    const seen = await ask('/api/actions', { server, headers: { authorization: 'Bearer looks' } });
    expect(seen.json.code).toBe('LF_HTTP_ROLE');
    const list = await ask('/api/actions?limit=1', { server, headers: { authorization: 'Bearer all' } });
    expect(list.json.actions).toEqual([
      expect.objectContaining({
        ...{ via: 'http', who: 'ann', role: 'operate', address: '127.0.0.1', what: 'undo', outcome: 'ok' },
        target: `${fileId}:clean.csv`,
      }),
    ]);
    const { json: next } = await ask(`/api/actions?before=${list.json.next}`);
    expect(next.actions.map((action: { what: string }) => action.what)).toContain('replay');
    expect(
      await column(`select receipt->'undone'->>'reason' from landfall.file where name = 'clean.csv'`),
    ).toEqual(['undone by ann']);
  });
});
