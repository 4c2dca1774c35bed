/** `landfall init` as a process: exit codes, what it writes where, and what it says to files without a table. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landfall } from '../../cli/run.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

const orders =
  'id,customer,amount,day\n1,Ada,"1.234,50 €",31.12.2023\n2,Bob,"2,25 €",01.02.2024\n3,Cid,"7,00 €",02.02.2024,x\n';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const run = (cwd: string, ...args: string[]) =>
  landfall(args, {
    cwd,
    env: { DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: '' },
  });

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe('landfall init', () => {
  it('writes the definition that ingest then loads, with the rejects that it said', async () => {
    const cwd = folderWith({ 'orders 2024.csv': orders });
    const init = await run(cwd, 'init', 'orders 2024.csv');
    expect(init).toMatchObject({ code: 0, stdout: '' });
    expect(init.stderr).toContain('1 row will be rejected');
    const command = /^ {2}landfall ingest '(.*)' --dataset (\w+)$/m.exec(init.stderr)!;
    expect(readdirSync(join(cwd, 'datasets'))).toEqual([command[2]]);
    const ingest = await run(cwd, 'ingest', command[1], '--dataset', command[2], '--json');
    expect(ingest.code).toBe(0);
    expect(JSON.parse(ingest.stdout)).toMatchObject({ status: 'done', rows: { loaded: 2, rejected: 1 } });
    const { rows } = await database.pool.query(
      `select id, amount::text, day::text from star.fact_${command[2]} order by id`,
    );
    expect(rows).toEqual([
      { id: 1, amount: '1234.50', day: '2023-12-31' },
      { id: 2, amount: '2.25', day: '2024-02-01' },
    ]);
  });

  it('prints one JSON object with --json, the source alone with --out -, and both of no file twice', async () => {
    const cwd = folderWith({ 'a.csv': orders });
    const json = await run(cwd, 'init', 'a.csv', '--json');
    expect(json.code).toBe(0);
    const found = JSON.parse(json.stdout);
    expect(found).toMatchObject({ dataset: 'a', files: ['a.csv'], rows: 3, whole: true, rejectedRows: 1 });
    expect(found.columns.map(({ name, type }: { name: string; type: string }) => `${name} ${type}`)).toEqual([
      'id integer',
      'customer text',
      'amount numeric',
      'day date',
    ]);
    const source = readFileSync(join(cwd, 'datasets/a/dataset.ts'), 'utf8');

    const again = await run(cwd, 'init', 'a.csv');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('LF_INIT_EXISTS') });
    expect(readFileSync(join(cwd, 'datasets/a/dataset.ts'), 'utf8')).toBe(source);

    const out = await run(cwd, 'init', 'a.csv', '--name', 'other', '--out', '-');
    expect([out.code, out.stdout]).toEqual([
      0,
      source.replaceAll("'a'", "'other'").replaceAll('_a', '_other'),
    ]);
    expect(readdirSync(join(cwd, 'datasets'))).toEqual(['a']);
  });

  it.each(['../../evil', 'bad name; drop', '', 'Ä', 'a'.repeat(64)])(
    'refuses the name %j before anything is written',
    async (name) => {
      const cwd = folderWith({ 'in/a.csv': orders });
      const init = await run(join(cwd, 'in'), 'init', 'a.csv', '--name', name);
      expect(init).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('LF_INIT_NAME') });
      expect([readdirSync(cwd), readdirSync(join(cwd, 'in'))]).toEqual([['in'], ['a.csv']]);
    },
  );

  const noTables: readonly (readonly [name: string, content: string | Uint8Array, says: RegExp])[] = [
    ['book.xlsx', zipOf('[Content_Types].xml', 'xl/workbook.xml'), /an Excel workbook: save/],
    ['sheet.ods', zipOf('mimetype', 'content.xml'), /of an office program: save/],
    ['rows.json', '[[1, "Ada"], [2, "Bob"]]\n', /it is JSON, and no array of objects/],
    ['page.html', '<!DOCTYPE html>\n<html><body><p>1,2</p></body></html>\n', /HTML/],
    ['empty.csv', '', /no record|empty/i],
    ['packed.csv.gz', gzipSync(''), /no record|empty/i],
    ['cut.csv.gz', gzipSync('a,b\n1,2\n').subarray(0, 20), /LF_UNPACK/],
    ['pictures.zip', zipOf('a.png', 'b.png'), /LF_ZIP_EMPTY/],
  ];
  it.each(noTables)('refuses %s and says what to do', async (name, content, says) => {
    const cwd = folderWith({ [name]: content });
    const init = await run(cwd, 'init', name);
    expect(init).toMatchObject({ code: 2, stdout: '' });
    expect(init.stderr).toMatch(says);
    expect(init.stderr).toMatch(/^ {2}→ /m);
    expect(existsSync(join(cwd, 'datasets'))).toBe(false);
  });

  it('refuses a file that is not there', async () => {
    const cwd = folderWith({});
    const init = await run(cwd, 'init', 'missing.csv');
    expect(init).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('LF_FILE_MISSING') });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

/** A zip file with empty entries. */
function zipOf(...names: string[]): Uint8Array {
  const heads: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const name of names.map((text) => Buffer.from(text))) {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    at += head.length + name.length;
    heads.push(head, name);
    directory.push(central, name);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...heads, ...directory, end]);
}
