/** What happens to files in the landing folder, with real workers behind it. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { generatedTrips, readText, type TestSite, testSite } from '../site.ts';

describe('the landing folder', () => {
  let site: TestSite;
  const staged = tempFolder();
  beforeAll(async () => {
    site = await testSite({ backend: 'postgres' });
    mkdirSync(join(site.folder, 'landing', 'trips'), { recursive: true });
  });
  afterAll(() => site.close());

  const landing = (name: string) => join(site.folder, 'landing', 'trips', name);
  const archived = () => readdirSync(join(site.folder, 'archive'), { recursive: true }).map(String);

  it('takes a renamed file at once and archives it', async () => {
    const receipt = await site.drop('trips', await generatedTrips(staged, 'renamed.csv', 10));
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 10, loaded: 10, rejected: 0 } });
    expect(existsSync(landing('renamed.csv'))).toBe(false);
    expect(archived().some((path) => path.endsWith('renamed.csv'))).toBe(true);
  });

  it('waits for a file that still grows, and loads it once and whole', async () => {
    const whole = await generatedTrips(staged, 'whole.csv', 5000, 2);
    const text = await readText({ folder: staged } as TestSite, 'whole.csv');
    const target = landing('growing.csv');
    for (let i = 0; i < 6; i++) {
      const piece = text.slice(Math.floor((text.length * i) / 6), Math.floor((text.length * (i + 1)) / 6));
      appendFileSync(target, piece);
      await delay(120);
    }
    const receipt = await site.receiptOf('growing.csv');
    expect(receipt).toMatchObject({ status: 'done', bytes: statSync(whole).size, rows: { loaded: 5000 } });
    const files = await site.query('select 1 from landfall.file where name = $1', ['growing.csv']);
    expect(files).toHaveLength(1);
  });

  it('recognises the same content under another name and loads nothing twice', async () => {
    copyFileSync(join(staged, 'whole.csv'), join(staged, 'again.csv'));
    const receipt = await site.drop('trips', join(staged, 'again.csv'));
    expect(receipt).toMatchObject({ status: 'duplicate', rows: { loaded: 0 } });
    expect(JSON.stringify(receipt.checks)).toContain('growing.csv');
  });

  it('moves a file it cannot load to failed, with an .error.json that says why', async () => {
    writeFileSync(join(staged, 'wrong.csv'), 'a,b,c\n1,2,3\n');
    const receipt = await site.drop('trips', join(staged, 'wrong.csv'));
    expect(receipt.status).toBe('failed');
    expect(existsSync(landing('wrong.csv'))).toBe(false);
    const failed = readdirSync(join(site.folder, 'failed'), { recursive: true }).map(String);
    expect(failed.some((path) => path.endsWith('wrong.csv'))).toBe(true);
    const report = failed.find((path) => path.endsWith('wrong.csv.error.json'))!;
    const error = JSON.parse(await readText(site, 'failed', report));
    expect(error).toMatchObject({ code: 'LF_HEADER', file: expect.stringContaining('wrong.csv') });
    expect(error.message).toContain('region');
    expect(error.fix).not.toBe('');
  });

  it('fails a file past its reject limit and leaves nothing of it in star or lake', async () => {
    const before = await counts(site);
    const good = (await readText({ folder: staged } as TestSite, 'whole.csv')).split('\n').slice(0, 500);
    const rows = good.map((row, i) => (i > 0 && i % 2 === 0 ? row.replace('POINT', 'PINT') : row));
    writeFileSync(join(staged, 'dirty.csv'), rows.join('\n'));
    const receipt = await site.drop('trips', join(staged, 'dirty.csv'));
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_REJECT_LIMIT' } });
    expect(await counts(site)).toEqual(before);
    const rejects = await site.query<{ code: string; line: number; raw: string }>(
      'select code, line, raw from landfall.reject where file_id = $1 order by byte_offset limit 1',
      [receipt.fileId],
    );
    expect(rejects[0]).toMatchObject({ code: 'LF_REJECT_TYPE', line: 3, raw: rows[2] });
  });

  it('fails an empty file with a clear error, and accepts one with only a header', async () => {
    writeFileSync(join(staged, 'empty.csv'), '');
    expect(await site.drop('trips', join(staged, 'empty.csv'))).toMatchObject({
      status: 'failed',
      error: { code: 'LF_FILE_EMPTY' },
    });
    writeFileSync(join(staged, 'header.csv'), 'region,origin_coord,destination_coord,datetime,datasource\n');
    expect(await site.drop('trips', join(staged, 'header.csv'))).toMatchObject({
      status: 'done',
      rows: { parsed: 0 },
    });
  });

  it('leaves files of unknown datasets and symbolic links where they are, and says what would help', async () => {
    mkdirSync(join(site.folder, 'landing', 'nobody'), { recursive: true });
    const unknown = join(site.folder, 'landing', 'nobody', 'x.csv');
    writeFileSync(join(staged, 'x.csv'), 'a,b\n1,2\n');
    renameSync(join(staged, 'x.csv'), unknown);
    symlinkSync(join(staged, 'whole.csv'), landing('link.csv'));
    const seen = new Set<string>();
    await new Promise<void>((resolve) => {
      const stop = site.hub.subscribe((message) => {
        for (const file of message.type === 'snapshot' ? message.state.files : (message.files ?? [])) {
          if (file.name.endsWith('x.csv')) {
            expect(`${file.error?.message} ${file.error?.fix}`).toContain('landfall init');
            seen.add('x');
          }
          if (file.name.endsWith('link.csv')) seen.add('link');
        }
        if (seen.size < 2) return;
        resolve();
        setImmediate(() => stop());
      });
    });
    expect(existsSync(unknown)).toBe(true);
    expect(existsSync(landing('link.csv'))).toBe(true);
  });
});

async function counts(site: TestSite): Promise<Record<string, unknown>> {
  const [row] = await site.query(
    `select (select count(*)::int from star.fact_trip) as facts, (select count(*)::int from landfall.part) as parts`,
  );
  const lake = readdirSync(join(site.folder, 'lake'), { recursive: true }).filter((path) =>
    String(path).endsWith('.parquet'),
  );
  return { ...row, lakeFiles: lake.length };
}
