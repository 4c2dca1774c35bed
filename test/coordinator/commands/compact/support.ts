/** A site whose lake is compacted, and what star and lake say of it. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { askLake } from '../../../../coordinator/ask/ask-lake.ts';
import { type CompactOptions, compactDataset } from '../../../../coordinator/commands/compact/compact.ts';
import { isBroken, verifyFiles } from '../../../../coordinator/commands/verify.ts';
import { bigint, defineDataset, integer, lookup, text } from '../../../../model/index.ts';
import type { Storage } from '../../../../platform/storage/contract.ts';
import { duckRows } from '../../../sinks/lake/support.ts';
import { contextOf, openRig, type Rig } from '../../support.ts';

/** Sales by shop, in which a new version of a file replaces the one before. */
export const sales = defineDataset({
  name: 'sales',
  versions: 'replace',
  columns: {
    id: bigint({ required: true }),
    shop: text({ required: true }),
    amount: integer(),
    note: text({ optional: true }),
  },
  lake: { partitionBy: ['shop'] },
  star: {
    fact: 'fact_sale',
    dimensions: { shop_key: lookup('dim_shop', { name: 'shop' }) },
    columns: ['id', 'amount', 'note'],
  },
  rejects: { share: 1 },
});

const defaults: CompactOptions = {
  ...{ partitions: [], dryRun: false, keepSeconds: 0 },
  ...{ targetBytes: 100_000, minParts: 2 },
};

export class CompactedSite {
  readonly rig: Rig;
  private landed = 0;

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** `before`: what is done before the coordinator starts. */
  static async open(
    options: Parameters<typeof openRig>[0] = {},
    before: (rig: Rig) => Promise<void> = async () => {},
  ): Promise<CompactedSite> {
    const rig = await openRig({ definitions: [sales], chunkBytes: 700, ...options });
    await before(rig);
    await rig.start();
    await rig.startWorker();
    return new CompactedSite(rig);
  }

  /** Loads sales, with the first id `from`, and waits for the receipt. Some have no amount. */
  async load(name: string, from: number, rows: number): Promise<number> {
    const lines = Array.from({ length: rows }, (_, i) => {
      const id = from + i;
      return `${id},shop ${id % 3},${id % 4 === 0 ? '' : id % 90},"note, ${id % 11}"`;
    });
    await this.rig.drop(`sales/${name}`, `id,shop,amount,note\n${lines.join('\n')}\n`);
    const fileId = ++this.landed;
    const isThere = async () => (await this.rig.coordinator.ledger.file(fileId)) !== null;
    await expect.poll(isThere, { interval: 5, timeout: 20_000 }).toBe(true);
    await this.rig.coordinator.settled(fileId);
    return fileId;
  }

  /** Counts a file that something else has brought. */
  async settle(fileId: number): Promise<void> {
    this.landed = Math.max(this.landed, fileId);
    await this.rig.coordinator.settled(fileId);
  }

  async compact(options: Partial<CompactOptions> = {}, lake?: Storage) {
    const context = await contextOf(this.rig);
    const tools = { pool: context.pool, lake: lake ?? context.lake };
    return compactDataset(tools, 'sales', { ...defaults, ...options });
  }

  /** The rows that the star has: each with its chunk. */
  async starRows(): Promise<string[]> {
    const rows = await this.rig.column(
      `select concat_ws('|', f.chunk_id, f.id, s.name, coalesce(f.amount::text, 'null'), f.note)
       from star.fact_sale f join star.dim_shop s using (shop_key)`,
    );
    return (rows as string[]).sort();
  }

  /** The rows of the lake, now or at a snapshot, as the manifest says which count. */
  async lakeRows(at: number | null = null): Promise<string[]> {
    const { rows } = await this.rig.database.pool.query<{ path: string; chunk: number; own: boolean }>(
      'select path, chunk_id as chunk, _chunk is null as own from landfall.lake_current($1, $2)',
      ['sales', at],
    );
    if (rows.length === 0) return [];
    const parts = new Map<string, { own: number | null; shared: Set<number> }>();
    for (const { path, chunk, own } of rows) {
      const part = parts.get(join(this.rig.config.lakeUrl, path)) ?? { own: null, shared: new Set() };
      parts.set(join(this.rig.config.lakeUrl, path), part);
      if (own) part.own = chunk;
      else part.shared.add(chunk);
    }
    const list = [...parts.keys()].map((path) => `'${path}'`).join(', ');
    const found = await duckRows(
      `select null::int as _chunk, null as part where false union all by name
       select * from read_parquet([${list}], filename = 'part', union_by_name = true, hive_partitioning = true)`,
    );
    return found
      .flatMap(({ _chunk, part, id, shop, amount, note }) => {
        const { own, shared } = parts.get(String(part))!;
        const chunk = own ?? (shared.has(Number(_chunk)) ? _chunk : null);
        return chunk === null ? [] : [[chunk, id, shop, amount ?? 'null', note].join('|')];
      })
      .sort();
  }

  /** Star and lake have the same rows of each chunk. */
  async expectRows(): Promise<string[]> {
    const star = await this.starRows();
    expect(await this.lakeRows()).toEqual(star);
    return star;
  }

  /** What `landfall query --lake` gives: each row, without its chunk. */
  async askedRows(asOf?: number): Promise<string[]> {
    const { rig } = this;
    const sql = `select concat_ws('|', id, shop, coalesce(amount::text, 'null'), note) from sales`;
    const tools = { pool: rig.database.pool, registry: rig.registry, config: rig.config };
    return askLake(tools, { sql, seconds: 60, ...(asOf !== undefined && { asOf }) }, async ({ batches }) => {
      const rows: string[] = [];
      for await (const batch of batches) for (const [row] of batch) rows.push(String(row));
      return rows.sort();
    });
  }

  /** Star, lake, manifest, accounts and the store agree. */
  async expectSound(): Promise<void> {
    const star = await this.expectRows();
    const done = (await this.rig.column(
      "select file_id from landfall.file where state = 'done' order by 1",
    )) as number[];
    const verified = await verifyFiles(await contextOf(this.rig), done);
    expect(verified.filter(isBroken)).toEqual([]);
    expect(verified.map(({ fileId }) => fileId)).toEqual(done);
    expect(verified.reduce((sum, { lakeRows }) => sum + lakeRows, 0)).toBe(star.length);
  }

  /** Objects of the lake that nothing in the ledger knows of. */
  async leftovers(): Promise<string[]> {
    const known = (await this.rig.column(
      `select path from landfall.manifest union select path from landfall.retired_part
       union select path from landfall.shared_part where listed`,
    )) as string[];
    const stored = await this.rig.files('lake');
    return stored
      .filter((path) => !path.startsWith('quarantine/'))
      .filter((path) => path.endsWith('.parquet') || path.startsWith('_staging'))
      .filter((path) => !known.includes(path));
  }
}
