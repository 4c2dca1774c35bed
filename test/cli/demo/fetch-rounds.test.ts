import { afterEach, expect, it } from 'vitest';
import { openDemoSite, playRounds } from '../../../cli/demo/fetch-rounds.ts';
import { openOrders } from '../../../datasets/orders/demo.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { type TestSite, testSite } from '../../e2e/site.ts';
import { builtin } from '../../support/builtin.ts';
import { tempFolder } from '../../support/index.ts';

let site: TestSite | undefined;
afterEach(() => site?.close());

it('a demo that is played again says that it fetches nothing again', async () => {
  const open = (site = await testSite({ backend: 'postgres', examples: ['orders'] }));
  const registry = await loadRegistry({ builtin, paths: [] });
  const config = { ...open.config, home: tempFolder() };
  const demo = await openDemoSite({ ...open, config }, openOrders, 'orders', { rows: 1, seed: 1 });
  try {
    const play = async () => {
      const said: string[] = [];
      const code = await playRounds(open, registry, demo.rounds, (text) => said.push(text));
      const [{ runs }] = await open.query<{ runs: number }>('select count(*)::int as runs from landfall.run');
      return { code, runs, said: said.join('') };
    };
    const first = await play();
    const loaded = '✓ orders.api: 1 file, 1 row loaded, 0 rejected\n';
    expect(first).toMatchObject({ code: 0, runs: 2, said: expect.stringContaining(loaded) });
    expect(first.said).not.toContain('again');
    const again = `orders.api was fetched by an earlier demo and is not fetched again.\n${loaded}`;
    expect(await play()).toMatchObject({ code: 0, runs: 2, said: expect.stringContaining(again) });
  } finally {
    await demo.close();
    for (const variable of Object.keys(demo.env)) delete process.env[variable];
  }
}, 60_000);
