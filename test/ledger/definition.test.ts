import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf, definitionToLoad } from '../../ledger/definition.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { bigint, type Definition, defineDataset, integer } from '../../model/index.ts';
import { loadRegistry } from '../../model/registry.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';

const sales = (fact: string, name = 'sales', versions: 'replace' | 'refuse' = 'replace'): Definition =>
  defineDataset({
    name,
    columns: { id: bigint({ required: true }), amount: integer() },
    star: { fact, columns: ['id', 'amount'] },
    versions,
    rejects: { count: 7 },
    checks: { nothing_free: `select id from star.${fact} where amount = 0` },
  });
const registryOf = (...definitions: Definition[]) => loadRegistry({ builtin: definitions, paths: [] });

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** Keeps the definition of today and says with which version files of it are planned. */
async function keep(definition: Definition) {
  const dataset = (await registryOf(definition)).get('sales')!;
  await new Ledger(database.pool).saveDefinition(dataset.version, 'sales', dataset);
  return { dataset: 'sales', definitionVersion: dataset.version };
}

describe('the definition of a file', () => {
  it('is the one that it was planned with, whatever became of it', async () => {
    const file = await keep(sales('fact_a'));
    for (const registry of [await registryOf(sales('fact_b')), await registryOf(sales('fact_a', 'other'))]) {
      const definition = await definitionOf(database.pool, registry, file);
      expect(definition).toMatchObject({
        name: 'sales',
        version: file.definitionVersion,
        star: { schema: 'star', fact: 'fact_a' },
        versions: 'replace',
        rejectLimit: { count: 7 },
        checks: [{ name: 'nothing_free' }],
      });
      expect(definition.columns.map(({ name }) => name)).toEqual(['id', 'amount']);
    }
  });

  it("is today's while it has the same version, and for a file that is not planned yet", async () => {
    const file = await keep(sales('fact_a'));
    const registry = await registryOf(sales('fact_a'));
    expect(await definitionOf(database.pool, registry, file)).toBe(registry.get('sales'));
    const unplanned = { ...file, definitionVersion: null };
    expect(await definitionOf(database.pool, registry, unplanned)).toBe(registry.get('sales'));
    const removed = await registryOf(sales('fact_a', 'other'));
    await expect(definitionOf(database.pool, removed, unplanned)).rejects.toMatchObject({
      code: 'LF_DATASET_UNKNOWN',
    });
  });

  it('is kept as it was last used: checks and the like are not part of the version', async () => {
    const file = await keep(sales('fact_a'));
    expect(await keep(sales('fact_a', 'sales', 'refuse'))).toEqual(file);
    const stored = await definitionOf(database.pool, await registryOf(sales('fact_b')), file);
    expect(stored).toMatchObject({ version: file.definitionVersion, versions: 'refuse' });
  });

  it('never changes to another one unnoticed: a version that nobody has kept is an error', async () => {
    const registry = await registryOf(sales('fact_a'));
    const file = { dataset: 'sales', definitionVersion: '0000000000000000' };
    await expect(definitionOf(database.pool, registry, file)).rejects.toMatchObject({ code: 'LF_INTERNAL' });
  });

  it('loads chunks only where its functions are', async () => {
    const registry = await registryOf(sales('fact_a'));
    const { version } = registry.get('sales')!;
    const planned = { dataset: 'sales', definitionVersion: version };
    expect(await definitionToLoad(registry, planned)).toBe(registry.get('sales'));
    await expect(definitionToLoad(registry, { ...planned, definitionVersion: '00' })).rejects.toMatchObject({
      code: 'LF_DEFINITION_MISMATCH',
    });
    await expect(definitionToLoad(registry, { ...planned, dataset: 'buys' })).rejects.toMatchObject({
      code: 'LF_DATASET_UNKNOWN',
    });
  });

  it('loads chunks of a version that the process had before, and of one that has been written since', async () => {
    const folder = tempFolder();
    const write = (fact: string) =>
      writeFileSync(
        join(folder, 'sales.ts'),
        `import { bigint, defineDataset } from 'landfall';
export default defineDataset({ name: 'sales', columns: { id: bigint() }, star: { fact: '${fact}' } });`,
      );
    write('fact_a');
    const registry = await loadRegistry({ paths: [folder] });
    const before = registry.get('sales')!;
    write('fact_b');
    const now = (await loadRegistry({ paths: [folder] })).get('sales')!;
    const planned = { dataset: 'sales', definitionVersion: now.version };
    expect(await definitionToLoad(registry, planned)).toMatchObject({ version: now.version });
    expect(await definitionToLoad(registry, { ...planned, definitionVersion: before.version })).toBe(before);
  });
});
