/** Has `landfall verify --marts` compare rollups with plain SQL over the facts. */
import { plural } from '../../platform/plural.ts';
import type { SoakDataset } from '../plan/types.ts';

/** What rollups the definitions of the soak have. */
const rollups: Readonly<Partial<Record<SoakDataset, string>>> = {
  marks: 'marks_per_day',
  lines: 'lines_per_day',
  orders: 'orders_per_kind',
  stocks: 'stocks_per_kind',
};

export interface RollupsFound {
  readonly groups: number;
  readonly faults: readonly string[];
}

interface Audit {
  readonly dataset: string;
  readonly rollup: string;
  readonly groups: number;
  readonly different: number;
  readonly sample: readonly unknown[];
}

/**
 * `printed`: what the command prints with `--json`, one line for each rollup.
 * `loaded`: datasets with a file that is done, whose rollups must exist.
 */
export function checkRollups(printed: string, loaded: ReadonlySet<SoakDataset>): RollupsFound {
  const audits = printed
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Audit);
  const missing = [...loaded].flatMap((dataset) => {
    const name = rollups[dataset];
    const there = audits.some((audit) => audit.dataset === dataset && audit.rollup === name);
    return name === undefined || there ? [] : [`${dataset}: the rollup ${name} was not compared`];
  });
  const wrong = audits
    .filter(({ different }) => different > 0)
    .map(
      ({ dataset, rollup, groups, different, sample }) =>
        `${dataset}/${rollup}: ${plural(different, 'group')} of ${groups} differ from their facts, such as ${JSON.stringify(sample[0])}`,
    );
  return { groups: audits.reduce((sum, { groups }) => sum + groups, 0), faults: [...missing, ...wrong] };
}
