/** What `landfall verify` finds in star and lake, and that it finds what somebody took out behind its back. */
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../support/index.ts';
import { commandOf, csv, header, rows, siteOf } from './again.ts';
import { committedParts, type TestSite } from './site.ts';

describe('audit', () => {
  let site: TestSite | undefined;
  const staged = tempFolder();
  afterEach(() => site?.close());

  it('counts every row again, and names what is not there', async () => {
    const open = (site = await siteOf('postgres'));
    const command = commandOf(open, 'postgres');
    const lines = [header, ...rows(1, 40), '190,Rider 1,soon'];
    const { fileId } = await open.drop('riders', csv(staged, 'rides.csv', lines));
    await open.drop('riders', csv(staged, 'other.csv', [header, ...rows(101, 7)]));
    await open.drop('riders', csv(staged, 'wrong.csv', ['a,b', '1,2']));

    const sound = await command('audit', '--json');
    expect(sound.code).toBe(0);
    const audits = sound.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(audits).toMatchObject([
      { file: 'rides.csv', starRows: 40, lakeRows: 40 },
      { file: 'other.csv', starRows: 7, lakeRows: 7 },
    ]);
    expect((await command('audit', 'wrong.csv')).stderr).toContain('LF_FILE_NOT_LOADED');

    await open.query('delete from star.fact_rider where id = 12');
    const less = await command('audit', 'rides.csv');
    expect(less.code).toBe(1);
    expect(less.stdout).toContain(`✗ riders/rides.csv (file ${fileId}): 39 rows in the star, 40 in the lake`);
    expect(less.stdout).toContain('✗ rows in the star: ledger 40 = star 39');

    const [part] = await committedParts(open, 'riders');
    rmSync(part);
    expect((await command('audit')).stdout).toMatch(/✗ parts are there: .+ is missing/);
    const repaired = await command('verify', '--repair');
    expect(repaired.code).toBe(0);
    expect(repaired.stderr).toContain(`file ${fileId} repaired`);
    expect((await command('verify')).stdout).toBe('✓ 2 files: 47 rows in the star, 47 in the lake\n');
  });
});
