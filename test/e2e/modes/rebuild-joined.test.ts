/** Which versions of reference tables a star that is rebuilt is joined with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { rebuildHere } from '../again.ts';
import { testSite } from '../site.ts';

/** `columns`: those of the table; null: nothing is joined. */
function define(folder: string, csv: string, columns: readonly string[] | null): string {
  const target = join(folder, 'visits');
  mkdirSync(target, { recursive: true });
  const joins = `
  enrich: (c) => ({ state_name: join(states, c.state, 'name', { otherwise: 'unknown' }) }),
  star: { fact: 'fact_visit', columns: ['id', 'state_name'] },`;
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { defineDataset, integer, join, reference, text } from 'landfall';
const states = reference({ name: 'states', csv: new URL('${pathToFileURL(csv)}'), key: 'code',
  columns: { ${(columns ?? ['code', 'name']).map((name) => `${name}: text()`).join(', ')} } });
export default defineDataset({
  name: 'visits',
  columns: { id: integer({ required: true }), state: text() },
  ${columns === null ? "star: { fact: 'fact_visit', columns: ['id', 'state'] }," : joins}
});
`,
  );
  return folder;
}

const rows = Array.from({ length: 300 }, (_, i) => `${i},${['TX', 'CA'][i % 2]}`);

it('are those that files were planned with; the newest where the definition had no such table', {
  timeout: 120_000,
}, async () => {
  const folder = tempFolder();
  const csv = join(folder, 'states.csv');
  const datasets = [define(join(folder, 'datasets'), csv, null)];
  const site = await testSite({ backend: 'postgres', folder, datasets, chunkBytes: 1024 });
  const say = (...lines: string[]) => writeFileSync(csv, `${lines.join('\n')}\n`);
  const rebuilt = (columns: readonly string[] | null, name: string) =>
    rebuildHere(site, define(join(folder, name), csv, columns), 'visits');
  const names = async () =>
    (
      await site.query<{ name: string }>(
        "select state_name || ' ' || count(*) as name from star.fact_visit group by state_name order by 1",
      )
    ).map(({ name }) => name);
  const version = async () => {
    const [row] = await site.query<{ references: Record<string, { version: string; rows: number }> | null }>(
      `select landfall.layout_of(f)->'references' as "references" from landfall.file f`,
    );
    return row.references?.states;
  };
  try {
    const path = join(folder, 'a.csv');
    writeFileSync(path, `id,state\n${rows.join('\n')}\n`);
    expect(await site.drop('visits', path)).toMatchObject({ status: 'done', rows: { loaded: 300 } });
    expect((await site.query('select chunk_id from landfall.chunk')).length).toBeGreaterThan(1);

    say('code,name,region', 'TX,Texas,South');
    expect(await rebuilt(['code', 'name'], 'first')).toEqual({ files: 1, rows: 300 });
    expect(await names()).toEqual(['Texas 150', 'unknown 150']);
    const first = await version();
    expect(first).toEqual({ version: expect.any(String), rows: 1 });

    // The table is another one now, and the file has its own version.
    say('code,name,region', 'TX,Texas (new),South', 'CA,California,West');
    await rebuilt(['code', 'name'], 'first');
    expect(await names()).toEqual(['Texas 150', 'unknown 150']);
    expect(await version()).toEqual(first);

    // The table is read in another way.
    await rebuilt(['code', 'name', 'region'], 'second');
    expect(await names()).toEqual(['California 150', 'Texas (new) 150']);
    expect(await version()).toMatchObject({ rows: 2 });

    await rebuilt(null, 'none');
    expect(await version()).toBeUndefined();
  } finally {
    await site.close();
  }
});
