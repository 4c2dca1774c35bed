/** The dataset `sales`, whose marts break in several ways. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandRun, landfall } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

/** `more`: other members of the definition. */
function definition(more: string): string {
  return `import { check, defineDataset, integer, table, text } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { id: integer({ required: true }), shop: text({ required: true }), amount: integer({ required: true }) },
  star: { fact: 'fact_sale', columns: ['id', 'shop', 'amount'] },
  ${more}
});
`.replace('check, ', more.includes('check(') ? 'check, ' : '');
}

/** A site with the dataset, and its page. */
export async function salesSite(more: string, settings: Record<string, string> = {}): Promise<TestSite> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'datasets'), { recursive: true });
  writeFileSync(join(folder, 'datasets', 'sales.ts'), definition(more));
  const datasets = [join(folder, 'datasets')];
  return testSite({ backend: 'postgres', serve: true, folder, datasets, settings });
}

/** Writes rows (id, shop, amount) to a file beside the landing folder, and returns its path. */
export function salesFile(site: TestSite, name: string, ...rows: readonly string[]): string {
  const path = join(site.folder, name);
  writeFileSync(path, `id,shop,amount\n${rows.join('\n')}\n`);
  return path;
}

/** Runs a command on the database and the folders of the site. */
export function commandAt(site: TestSite, env: Record<string, string> = {}) {
  return (...args: string[]): Promise<CommandRun> =>
    landfall(args, {
      cwd: site.folder,
      env: {
        DATABASE_URL: site.database.url,
        LANDFALL_DATASETS: join(site.folder, 'datasets'),
        LANDING_URL: join(site.folder, 'landing'),
        LAKE_URL: join(site.folder, 'lake'),
        ARCHIVE_URL: join(site.folder, 'archive'),
        LANDFALL_WORKERS: '1',
        ...env,
      },
    });
}

/** What the server of the site answers, as text. */
export async function asked(site: TestSite, path: string): Promise<string> {
  return (await fetch(`${site.url}${path}`)).text();
}
