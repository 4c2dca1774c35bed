/** Rejects found, exported, corrected and dropped again; replayed, with the command itself. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { zipOf } from '../csv/zip.ts';
import { tempFolder } from '../support/index.ts';
import {
  account,
  commandOf,
  csv,
  definition,
  exported,
  header,
  lakeFiles,
  quarantined,
  replayed,
  rows,
  siteOf,
  undone,
} from './again.ts';
import type { TestSite } from './site.ts';

const bad = [
  '101,Rider 1,soon',
  '102,"Rider, 2",2024-02-30 10:00:00',
  'x3,Rider 3,2024-01-01 10:00:00',
  '104,Rider 4',
  '105,Rider 5,2024-01-01 10:00:00,too many',
  '106,"Rider ""6""\nof two lines",later',
];

describe('rejects', () => {
  let site: TestSite | undefined;
  const staged = tempFolder();
  afterEach(() => site?.close());

  it('are exported, corrected, dropped again: just those rows are loaded, and linked', async () => {
    const open = (site = await siteOf('postgres'));
    const command = commandOf(open, 'postgres');
    const lines = [header, ...rows(1, 30), ...bad, ...rows(31, 30)];
    const receipt = await open.drop('riders', csv(staged, 'rides.csv', lines));
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 66, loaded: 60, rejected: 6 } });
    expect(receipt.chunks).toBeGreaterThan(1);

    const report = JSON.parse(
      (await command('rejects', 'rides.csv', '--export', 'out.csv', '--json')).stdout,
    );
    expect(report).toMatchObject({ waiting: 6, exported: { rows: 6 }, taken: [] });
    expect(report.kinds).toContainEqual({
      ...{ code: 'LF_REJECT_FIELD_COUNT', column: null, count: 2 },
      examples: [
        expect.objectContaining({ line: 35, raw: bad[3] }),
        expect.objectContaining({ raw: bad[4] }),
      ],
    });
    const out = readFileSync(join(open.folder, 'out.csv'), 'utf8');
    // Every record is there as it stood, after the columns that were added.
    const place = `${receipt.fileId}:rides.csv`;
    const offset = (text: string) => Buffer.from(lines.join('\n')).indexOf(text);
    expect(out.split('\n')[0]).toBe(
      `_landfall_file,_landfall_byte_offset,_landfall_line,_landfall_code,_landfall_column,_landfall_message,_landfall_definition,${header}`,
    );
    for (const record of bad) {
      expect(out).toMatch(new RegExp(`^${place},${offset(record)},\\d+,LF_REJECT_`, 'm'));
      expect(out).toContain(`,${receipt.definitionVersion},${record}\n`);
    }

    const corrected = out
      .replace(',soon\n', ',2024-03-01 08:00:00\n')
      .replace(',2024-02-30 10:00:00\n', ',2024-02-29 10:00:00\n')
      .replace(',x3,', ',103,')
      .replace('104,Rider 4\n', '104,Rider 4,2024-01-01 10:00:00\n')
      .replace(',too many', '');
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    const second = await open.drop('riders', join(staged, 'corrected.csv'));
    expect(second).toMatchObject({
      status: 'done',
      rows: { parsed: 6, loaded: 5, rejected: 1 },
      link: { kind: 'corrects', fileId: receipt.fileId, name: 'rides.csv' },
    });
    expect(await account(open)).toMatchObject({
      ids: [...ids(1, 60), ...ids(101, 5)],
      ...{ lake_rows: 65, waiting: 1, taken: 6, mart: 65 },
    });
    const status = (await command('status')).stdout;
    expect(status).toMatch(/corrected\.csv .*corrects rejects of rides\.csv/);
    expect((await command('rejects', 'rides.csv')).stdout).toContain('6 more are corrected by corrected.csv');

    // What still does not fit is a reject of the corrected file, and goes round again.
    await command('rejects', 'corrected.csv', '--export', 'again.csv');
    const again = readFileSync(join(open.folder, 'again.csv'), 'utf8');
    expect(again.match(/_landfall_file/g)).toHaveLength(1);
    expect(again).toContain(bad[5]);
    writeFileSync(
      join(staged, 'third.csv'),
      again.replace(',later\n', ',2024-04-01 00:00:00\n').replaceAll(',', ';'),
    );
    const third = await open.drop('riders', join(staged, 'third.csv'));
    expect(third).toMatchObject({ rows: { loaded: 1, rejected: 0 }, link: { fileId: second.fileId } });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 60), ...ids(101, 6)], waiting: 0, taken: 7 });
  });

  it('are replayed with the current definition; what still does not fit waits on', async () => {
    const open = (site = await siteOf('postgres'));
    const command = commandOf(open, 'postgres');
    const lines = [header, ...rows(1, 20), '101,Rider 1,01.02.2024', '102,Rider 2,never', ...rows(21, 20)];
    const receipt = await open.drop('riders', csv(staged, 'rides.csv', lines));
    expect(receipt.rows).toMatchObject({ loaded: 40, rejected: 2 });
    definition(open.folder, { formats: ['yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy'] });
    const replay = JSON.parse((await command('replay', 'rides.csv', '--json')).stdout);
    expect(replay).toMatchObject({
      status: 'done',
      rows: { parsed: 2, loaded: 1, rejected: 1 },
      receipt: { link: { kind: 'replays', fileId: receipt.fileId } },
    });
    expect(await account(open)).toMatchObject({
      ids: [...ids(1, 40), 101],
      ...{ waiting: 1, taken: 1, mart: 41, lake_rows: 41 },
    });
    const left = JSON.parse((await command('rejects', 'rides.csv', '--json')).stdout);
    expect(left.kinds).toMatchObject([
      { column: 'at', count: 1, examples: [{ line: 23, raw: '102,Rider 2,never' }] },
    ]);
    expect(left.kinds[0].examples[0].message).toContain('dd.MM.yyyy');
    // Nothing changed since: the same rows are not tried into a second file.
    const same = await command('replay', 'rides.csv', '--json');
    expect(same.code).toBe(0);
    expect(JSON.parse(same.stdout).rows).toMatchObject({ loaded: 0 });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 40), 101], waiting: 1 });
    expect((await command('replay', 'unheard-of.csv')).code).toBe(1);
  });

  it('past a limit fail the file, of many chunks too, and leave nothing but themselves', async () => {
    const open = (site = await siteOf('postgres', { rejects: { count: 5, share: 1 } }));
    const command = commandOf(open, 'postgres');
    const lines = rows(1, 3000).map((row, i) => (i % 10 === 0 ? row.replace('2024', 'MMXXIV') : row));
    const receipt = await open.drop('riders', csv(staged, 'dirty.csv', [header, ...lines]));
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_REJECT_LIMIT' } });
    expect(receipt.chunks).toBeGreaterThan(50);
    const left = await account(open);
    expect(left).toMatchObject({ ids: [], parts: 0 });
    expect(left.waiting).toBeGreaterThan(5);
    // Given up early: most of its chunks were never read.
    expect(left.waiting).toBeLessThan(300);
    expect([...lakeFiles(open), ...quarantined(open)]).toEqual([]);
    // Its rejects cannot be loaded without the rest of it.
    writeFileSync(join(staged, 'corrected.csv'), await exported(open, 'dirty.csv'));
    expect(await open.drop('riders', join(staged, 'corrected.csv'))).toMatchObject({
      error: { code: 'LF_CORRECTION_ORIGINAL' },
    });
    // With another limit the whole is loaded from where it lies, and put away.
    definition(open.folder, { rejects: { share: 0.2 } });
    const replay = JSON.parse((await command('replay', 'dirty.csv', '--json')).stdout);
    expect(replay).toMatchObject({
      rows: { parsed: 3000, loaded: 2700, rejected: 300 },
      receipt: { link: { kind: 'reloads', fileId: receipt.fileId } },
    });
    const failed = readdirSync(join(open.folder, 'failed'), { recursive: true }).map(String);
    expect(failed.filter((path) => path.includes('dirty'))).toEqual([]);
    const archive = readdirSync(join(open.folder, 'archive'), { recursive: true }).map(String);
    expect(archive.filter((path) => path.endsWith('dirty.csv'))).toHaveLength(1);
  });
});

describe('exports', () => {
  let site: TestSite | undefined;
  const staged = tempFolder();
  const backend = 'postgres';
  afterEach(() => site?.close());

  it('are loaded once, however often they are dropped', async () => {
    const open = (site = await siteOf(backend));
    await open.drop('riders', csv(staged, 'rides.csv', [header, ...rows(1, 5), ...bad.slice(0, 2)]));
    const out = String(await exported(open, 'rides.csv')).replace(',soon\n', ',2024-03-01 08:00:00\n');
    writeFileSync(join(staged, 'one.csv'), out);
    writeFileSync(join(staged, 'two.csv'), out.replace(',2024-02-30 10:', ',2024-02-28 10:'));
    expect(await open.drop('riders', join(staged, 'one.csv'))).toMatchObject({ rows: { loaded: 1 } });
    expect(await open.drop('riders', join(staged, 'two.csv'))).toMatchObject({
      status: 'failed',
      error: { code: 'LF_CORRECTION_TAKEN', message: expect.stringContaining('one.csv') },
    });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 5), 101], waiting: 1, taken: 2 });
    // Where the first one is undone, the second may come.
    await undone(open, 'one.csv');
    expect(await account(open)).toMatchObject({ ids: ids(1, 5), waiting: 2, taken: 0, mart: 5 });
    expect(await replayed(open, 'two.csv')).toMatchObject({ status: 'done', rows: { loaded: 2 } });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 5), 101, 102], waiting: 0, mart: 7 });
  });

  it('hold records whole, also where they are longer than what the ledger keeps, and byte for byte', async () => {
    const open = (site = await siteOf(backend));
    const long = `201,${'Rider é '.repeat(20_000)},soon`;
    const foreign = Buffer.from('202,Rider \xe9\xff,soon\n', 'latin1');
    const path = csv(staged, 'long.csv', [header, ...rows(1, 3), long]);
    writeFileSync(
      path,
      Buffer.concat([readFileSync(path), foreign, Buffer.from('203,"Rider never closed,soon\n')]),
    );
    await open.drop('riders', path);
    const out = await exported(open, 'long.csv');
    expect(out.includes(Buffer.from(`,${long}\n`))).toBe(true);
    expect(out.includes(foreign)).toBe(true);
    expect(out.includes(Buffer.from(',203,"Rider never closed,soon'))).toBe(true);
    // Dropped as it is, every row is a reject again and knows where it came from.
    writeFileSync(join(staged, 'uncorrected.csv'), out);
    expect(await open.drop('riders', join(staged, 'uncorrected.csv'))).toMatchObject({
      status: 'done',
      rows: { parsed: 3, loaded: 0, rejected: 3 },
    });
    expect(await account(open)).toMatchObject({ ids: ids(1, 3), waiting: 3, taken: 3 });
  });

  it('hold records of compressed files and of other encodings whole, in UTF-8', async () => {
    const open = (site = await siteOf(backend));
    const long = `201,${'Rider é '.repeat(20_000)},soon`;
    const lines = [header, ...rows(1, 3), '200,Rider,later', long, ...rows(4, 60), '202,"', long].join('\n');
    const packed = join(staged, 'long.csv.gz');
    writeFileSync(packed, gzipSync(lines));
    expect(await open.drop('riders', packed)).toMatchObject({
      rows: { parsed: 66, loaded: 63, rejected: 3 },
    });
    const out = String(await exported(open, 'long.csv.gz'));
    expect(out).toContain(`,${long}\n`);
    expect(out).toContain(`,202,"\n${long}\n`);

    definition(open.folder, { encoding: 'windows-1251' });
    const reopened = commandOf(open, backend);
    const text = [header, ...rows(101, 3), `210,${'Ездок '.repeat(4000)},скоро`].join('\n');
    writeFileSync(join(open.folder, 'cyrillic.csv'), encode1251(text));
    await reopened('ingest', 'cyrillic.csv', '--dataset', 'riders');
    await reopened('rejects', 'cyrillic.csv', '--export', 'cyrillic-out.csv');
    const cyrillic = readFileSync(join(open.folder, 'cyrillic-out.csv'), 'utf8');
    expect(cyrillic).toContain(`,210,${'Ездок '.repeat(4000)},скоро\n`);
    writeFileSync(join(open.folder, 'corrected.csv'), cyrillic.replace(',скоро\n', ',2024-01-01 00:00:00\n'));
    expect(JSON.parse((await reopened('ingest', 'corrected.csv', '--json')).stdout)).toMatchObject({
      rows: { loaded: 1 },
      receipt: { link: { kind: 'corrects', name: 'cyrillic.csv' } },
    });
    const [{ name }] = await open.query<{ name: string }>(
      'select d.name from star.fact_rider f join star.dim_rider d using (rider_key) where id = 210',
    );
    expect(name).toBe('Ездок '.repeat(4000));
  });

  it('of a zip file say which file within it they are of, and the line there', async () => {
    const open = (site = await siteOf(backend));
    const command = commandOf(open, backend);
    const members = [
      [header, ...rows(1, 300), bad[0]],
      [header, '', ...rows(301, 300), bad[5], '201,Rider,soon'],
      [header, bad[3], ...rows(601, 300)],
    ].map((lines, i) => ({ name: `2024/may ${i + 1}.csv`, content: lines.join('\n') }));
    const packed = join(staged, 'rides.zip');
    writeFileSync(packed, zipOf(members));
    const receipt = await open.drop('riders', packed);
    expect(receipt).toMatchObject({ rows: { parsed: 904, loaded: 900, rejected: 4 } });
    expect(receipt.chunks).toBeGreaterThan(3);

    const report = JSON.parse((await command('rejects', 'rides.zip', '--json')).stdout);
    const examples = (code: string) =>
      report.kinds.find((kind: { code: string }) => kind.code === code).examples;
    expect(examples('LF_REJECT_TYPE')).toMatchObject([
      { line: 302, raw: bad[0], entry: { name: '2024/may 1.csv', line: 302 } },
      { line: 605, raw: bad[5], entry: { name: '2024/may 2.csv', line: 303 } },
      { line: 607, raw: '201,Rider,soon', entry: { name: '2024/may 2.csv', line: 305 } },
    ]);
    expect(examples('LF_REJECT_FIELD_COUNT')).toMatchObject([
      { line: 609, raw: bad[3], entry: { name: '2024/may 3.csv', line: 2 } },
    ]);
    expect((await command('rejects', 'rides.zip')).stdout).toContain(
      '  2024/may 3.csv, line 2 (line 609, byte ',
    );

    const replay = JSON.parse((await command('replay', 'rides.zip', '--json')).stdout);
    expect(replay).toMatchObject({ rows: { parsed: 4, loaded: 0, rejected: 4 } });
    const out = String(await exported(open, 'rides.zip'));
    expect(out).toContain('"2024/may 2.csv, line 305: at: ""soon"" is not');
    writeFileSync(
      join(staged, 'corrected.csv'),
      out.replaceAll(/,(soon|later)\n/g, ',2024-03-01 08:00:00\n'),
    );
    expect(await open.drop('riders', join(staged, 'corrected.csv'))).toMatchObject({
      rows: { parsed: 4, loaded: 3, rejected: 1 },
      link: { kind: 'corrects', name: 'rides.zip' },
    });
    expect(await account(open)).toMatchObject({
      ids: [...ids(1, 900), 101, 106, 201].sort((a, b) => a - b),
      waiting: 1,
    });
  });

  it('of a file without a header have one', async () => {
    const open = (site = await siteOf(backend, { header: false }));
    await open.drop('riders', csv(staged, 'bare.csv', [...rows(1, 5), bad[0]]));
    const out = String(await exported(open, 'bare.csv'));
    expect(out.split('\n')[0].endsWith(',id,rider,at')).toBe(true);
    writeFileSync(join(staged, 'corrected.csv'), out.replace(',soon\n', ',2024-03-01 08:00:00\n'));
    expect(await open.drop('riders', join(staged, 'corrected.csv'))).toMatchObject({
      rows: { parsed: 1, loaded: 1 },
      link: { kind: 'corrects', name: 'bare.csv' },
    });
    expect(await account(open)).toMatchObject({ ids: [...ids(1, 5), 101], waiting: 0 });
  });
});

function ids(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Latin letters and Russian ones. */
function encode1251(text: string): Buffer {
  return Buffer.from(
    [...text].map((char) => {
      const code = char.charCodeAt(0);
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code;
    }),
  );
}
