/** A small dataset in any mode, files of its events, and what its star shows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { verifyFile } from '../../../coordinator/commands/verify.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { tempFolder } from '../../support/index.ts';
import { toolsOf } from '../again.ts';
import { type Backend, type TestSite, testSite } from '../site.ts';

export interface Orders {
  /** As in a definition. */
  readonly mode: string;
  readonly versions?: 'add' | 'replace';
  /** A row of this state is rejected. */
  readonly refused?: string;
  readonly checks?: string;
  readonly rules?: string;
  /** The name of the dataset, and of its tables. */
  readonly name?: string;
}

export const upsertMode = `upsert({ key: ['id'], orderBy: 'v', deleted: 'gone' })`;
export const historyMode = `history({ key: ['id'], orderBy: 'v', deleted: 'gone', track: ['state'], overwrite: ['note'] })`;

/** Writes the definition of a dataset into `folder`, and returns the folder of definitions. */
export function defineOrders(folder: string, orders: Orders): string {
  const { mode, versions = 'add', checks = '{}', rules = '', name = 'orders' } = orders;
  const target = join(folder, 'datasets', name);
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { append, boolean, defineDataset, fromName, history, integer, lookup, snapshot, text, unique, upsert } from 'landfall';
export default defineDataset({
  name: '${name}',
  columns: { id: text(), v: integer(), gone: boolean({ optional: true }), state: text(), note: text({ optional: true }) },
  mode: ${mode},
  ${rules}
  star: {
    fact: 'fact_${name}',
    dimensions: { state_key: lookup('dim_state', { name: 'state' }, {}, { shared: true }) },
    columns: ['id', 'v', 'state', 'note'],
  },
  marts: { ${name}_by_state: { kind: 'table', uniqueKey: ['name'], sql:
    'select name, count(*)::int as orders from star.fact_${name} join star.dim_state using (state_key) group by 1' } },
  checks: ${checks},
  rejects: { share: 1 },
  versions: '${versions}',
});
`,
  );
  return join(folder, 'datasets');
}

export interface KeyedSite extends TestSite {
  /** Lands a file with these lines after the header, and waits for its receipt. */
  land(name: string, lines: readonly string[], header?: string): Promise<Receipt>;
  /** Lands files at once: their receipts, in order. */
  landTogether(files: Readonly<Record<string, readonly string[]>>): Promise<Receipt[]>;
  /** What the star shows, as `id v state note`, in order. */
  shown(): Promise<string[]>;
  /** Checks that every file is accounted for, event by event, and that nothing waits that has ended. */
  accounted(): Promise<void>;
}

export const header = 'id,v,gone,state,note';

export async function keyedSite(
  backend: Backend,
  orders: Orders,
  { chunkBytes = 64 * 1024, serve = false, folder = tempFolder() } = {},
): Promise<KeyedSite> {
  const datasets = [defineOrders(folder, orders)];
  const site = await testSite({ backend, chunkBytes, serve, folder, datasets });
  const { name: dataset = 'orders', mode } = orders;
  const fact = `star.fact_${dataset}`;
  const write = (name: string, lines: readonly string[], first = header) => {
    const path = join(folder, name);
    writeFileSync(path, `${[first, ...lines].join('\n')}\n`);
    return path;
  };
  const versions = mode.startsWith('history') ? `, valid_from || '-' || coalesce(valid_to::text, '')` : '';
  return {
    ...site,
    land: (name, lines, first) => site.drop(dataset, write(name, lines, first)),
    landTogether: (files) =>
      Promise.all(Object.entries(files).map(([name, lines]) => site.drop(dataset, write(name, lines)))),
    async shown() {
      const rows = await site.query<{ row: string }>(
        `select concat_ws(' ', id, v, d.name, note${versions}) as row
         from ${fact} f join star.dim_state d using (state_key) where f.state = d.name`,
      );
      return rows.map(({ row }) => row).sort();
    },
    async accounted() {
      const tools = await toolsOf(site);
      for (const file of await tools.ledger.files({ dataset, states: ['done'] })) {
        const { checks } = await verifyFile(tools, file);
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
        const { loaded, parsed, rejected } = file.receipt!.rows;
        expect(loaded).toBe(parsed - rejected);
        expect(checks.find(({ name }) => name === 'rows in the star')?.detail).toBe(
          `ledger ${loaded} = current + superseded ${loaded}`,
        );
      }
      const left = `select (select count(*)::int from ${fact}_staging) as staged,
        (select count(*)::int from (table ${fact}_current) c where not exists (
          select from landfall.chunk k join landfall.file f using (file_id)
          where k.chunk_id = c.chunk_id and f.state = 'done')) as current,
        (select count(*)::int from ${fact}_superseded c where not exists (
          select from landfall.chunk k join landfall.file f using (file_id)
          where k.chunk_id = c.chunk_id and f.state = 'done')) as superseded`;
      expect(await site.query(left)).toEqual([{ staged: 0, current: 0, superseded: 0 }]);
    },
  };
}
