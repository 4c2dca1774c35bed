import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DefinitionsWatch } from '../../../coordinator/lifecycle/definitions-watch.ts';
import { loadRegistry, type Registry } from '../../../model/registry.ts';
import { createLog } from '../../../platform/log/log.ts';
import { tempFolder } from '../../support/index.ts';

const source = (name: string, fact = `fact_${name}`) =>
  `import { defineDataset, text } from 'landfall';
export default defineDataset({ name: '${name}', columns: { a: text() }, star: { fact: '${fact}' } });
`;

let folder: string;
let watch: DefinitionsWatch | undefined;
let changes: string[][];
beforeEach(() => {
  folder = tempFolder();
  changes = [];
});
afterEach(async () => {
  await watch?.close();
});

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function started(...paths: string[]): Promise<Registry> {
  const absolute = paths.map((path) => join(folder, path));
  const registry = await loadRegistry({ paths: absolute, optional: true });
  const onChange = async () => void changes.push(registry.names());
  watch = new DefinitionsWatch({
    registry,
    paths: absolute,
    onChange,
    log: createLog('test', { level: 'silent' }),
    logsBroken: true,
  });
  await watch.start();
  return registry;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

describe('definitions that change while the coordinator runs', () => {
  it('are in force without a restart, also in folders that were not there at the start', async () => {
    const registry = await started('datasets');
    write('datasets/orders/dataset.ts', source('orders'));
    await until(() => expect(registry.names()).toEqual(['orders']));
    write('datasets/stock.ts', source('stock'));
    await until(() => expect(registry.names()).toEqual(['orders', 'stock']));
    write('datasets/orders/dataset.ts', source('orders', 'other'));
    await until(() => expect(registry.get('orders')?.star?.fact).toBe('other'));
    rmSync(join(folder, 'datasets'), { recursive: true });
    await until(() => expect(registry.names()).toEqual([]));
    write('datasets/again/dataset.ts', source('again'));
    await until(() => expect(registry.names()).toEqual(['again']));
    expect(changes.at(-1)).toEqual(['again']);
  });

  it('are in force when what they import changes, or is renamed into its place', async () => {
    write('one.ts', `import { fact } from './lib/names.ts';\n${source('one').replace("'fact_one'", 'fact')}`);
    write('lib/names.ts', "export const fact = 'a';");
    write('two.ts', source('two'));
    const registry = await started('.');
    expect(registry.get('one')?.star?.fact).toBe('a');
    write('lib/names.ts', "export const fact = 'b';");
    await until(() => expect(registry.get('one')?.star?.fact).toBe('b'));
    write('lib/.names.ts.swp', "export const fact = 'c';");
    renameSync(join(folder, 'lib/.names.ts.swp'), join(folder, 'lib/names.ts'));
    await until(() => expect(registry.get('one')?.star?.fact).toBe('c'));
  });

  it('are in force where a single file is named', async () => {
    write('one.ts', source('one'));
    const registry = await started('one.ts');
    write('two.ts', source('two'));
    write('one.ts', source('three'));
    await until(() => expect(registry.names()).toEqual(['three']));
  });

  it('are read once for a burst of writes, and change nothing where they say the same', async () => {
    write('a.ts', source('a'));
    const registry = await started('.');
    const reload = vi.spyOn(registry, 'reload');
    // In one turn of the event loop, so that a busy machine cannot spread them.
    for (let i = 0; i < 20; i++) write('a.ts', `${source('a')}// ${i}\n`);
    await until(() => expect(reload.mock.calls.length).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(reload.mock.calls.length).toBeLessThanOrEqual(2);
    expect(changes).toEqual([]);
  });

  it('changed between the first reading and the watch are in force too', async () => {
    write('a.ts', source('a'));
    const registry = await loadRegistry({ paths: [folder] });
    write('b.ts', source('b'));
    const log = createLog('test', { level: 'silent' });
    const onChange = async () => {};
    watch = new DefinitionsWatch({ registry, paths: [folder], log, logsBroken: true, onChange });
    await watch.start();
    await until(() => expect(registry.names()).toEqual(['a', 'b']));
  });

  it.each([
    ['are named by the log', true, ['wrong']],
    ['are left to a terminal that shows them', false, []],
  ])('and cannot be used %s', async (_, logsBroken, expected) => {
    write('a.ts', source('a'));
    write('wrong/dataset.ts', source('wrong', 'Not a name'));
    const registry = await loadRegistry({ paths: [folder] });
    const log = createLog('test', { level: 'silent' });
    const warn = vi.spyOn(log, 'warn');
    watch = new DefinitionsWatch({ registry, paths: [folder], log, logsBroken, onChange: async () => {} });
    await watch.start();
    expect(warn.mock.calls.map(([values]) => (values as { dataset?: string }).dataset)).toEqual(expected);
  });
});
