import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { defineDataset, integer, view } from '../../model/index.ts';
import type { Sink } from '../../sinks/contract.ts';
import { ddlOf } from '../../sinks/open-sinks.ts';
import { SinkSetup } from '../../sinks/sink-setup.ts';

const columns = { id: integer() };
const starred = compileDataset(
  defineDataset({ name: 'trial', columns, star: { fact: 'fact_trial', columns: ['id'] } }),
);
const lakeOnly = compileDataset(defineDataset({ name: 'trial', columns, star: 'none' }));

/** Sinks of which one takes datasets with a star only, and what was asked of them. */
function rig({ failures = 0, all = [] as CompiledDataset[] } = {}) {
  const calls: string[] = [];
  const sink = (name: string, takes: Sink['takes']) =>
    ({
      ...{ name, takes },
      setUp: async (dataset: CompiledDataset) => {
        calls.push(dataset.name === 'trial' ? name : `${name} of ${dataset.name}`);
        if (name === 'any' && failures-- > 0) throw new Error('away');
      },
    }) as unknown as Sink;
  const sinks = [sink('any', () => true), sink('starry', ({ star }) => star !== null)];
  const ledger = { saveDefinition: async () => void calls.push('definition') } as unknown as Ledger;
  return { calls, setup: new SinkSetup({ sinks, ledger, registry: { all: () => all } }) };
}

describe('SinkSetup', () => {
  it('sets up every sink of the dataset, then stores its definition, once', async () => {
    const { calls, setup } = rig();
    await Promise.all([setup.setUp(starred), setup.setUp(starred)]);
    await setup.setUp(starred);
    expect(calls).toEqual(['any', 'starry', 'definition']);
  });

  it('leaves out sinks that the dataset does not write to', async () => {
    const { calls, setup } = rig();
    await setup.setUp(lakeOnly);
    expect(calls).toEqual(['any', 'definition']);
  });

  it('sets up the datasets before it whose tables its marts read, also where they read each other', async () => {
    const of = (name: string, reads: string) =>
      compileDataset(
        defineDataset({
          name,
          columns,
          star: { fact: `fact_${name}`, columns: ['id'] },
          marts: { [`mart_${name}`]: view(`select id from ${reads}`) },
        }),
      );
    const all = [of('one', 'star.fact_two'), of('two', 'star.fact_one'), of('three', '"star"."fact_two"')];
    const { calls, setup } = rig({ all });
    await Promise.all([setup.setUp(all[2]), setup.setUp(all[1]), setup.setUp(all[0])]);
    expect(calls.filter((call) => call.startsWith('any'))).toEqual([
      'any of one',
      'any of two',
      'any of three',
    ]);
  });

  it('tries again where a dataset before it could not be set up for now', async () => {
    const other = compileDataset(
      defineDataset({ name: 'other', columns, star: { fact: 'fact_other', columns: ['id'] } }),
    );
    const reader = compileDataset(
      defineDataset({
        name: 'reader',
        columns,
        star: { fact: 'fact_reader', columns: ['id'] },
        marts: { seen: view('select id from star.fact_other') },
      }),
    );
    const { calls, setup } = rig({ failures: 1, all: [other, reader] });
    await expect(setup.setUp(reader)).rejects.toThrow('away');
    expect(calls).toEqual(['any of other']);
    await setup.setUp(reader);
    expect(calls.slice(1, 4)).toEqual(['any of other', 'starry of other', 'definition']);
  });

  it('tries again after a failure', async () => {
    const { calls, setup } = rig({ failures: 1 });
    await expect(setup.setUp(starred)).rejects.toThrow('away');
    expect(calls).toEqual(['any']);
    await setup.setUp(starred);
    expect(calls).toEqual(['any', 'any', 'starry', 'definition']);
  });
});

describe('ddlOf', () => {
  it('is the SQL of the sinks that a dataset has', () => {
    expect(ddlOf(starred).join('\n')).toContain('fact_trial');
    expect(ddlOf(lakeOnly)).toEqual([]);
  });
});
