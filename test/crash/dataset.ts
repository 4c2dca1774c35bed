/** A small dataset that passes every step: two dimensions, partitions, rejects, a mart, a data check. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Rides {
  readonly formats?: readonly string[];
  readonly versions?: 'add' | 'replace';
  /** Whether an id may be there only once. */
  readonly unique?: boolean;
  /** Rejects that a file may have. */
  readonly rejects?: { readonly share?: number; readonly count?: number };
}

/** Writes the definition of `rides` into `folder`, and returns the folder of definitions. */
export function definition(folder: string, options: Rides): string {
  const { formats = ['yyyy-MM-dd HH:mm:ss'], versions = 'add', rejects = { share: 1 } } = options;
  const rules = options.unique ? 'rules: (c) => ({ one_id: unique([c.id]) }),' : '';
  const target = join(folder, 'datasets', 'rides');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { dateDimension, defineDataset, integer, lookup, month, text, timestamp, unique } from 'landfall';
export default defineDataset({
  name: 'rides',
  columns: {
    id: integer({ required: true }),
    rider: text({ required: true }),
    at: timestamp({ required: true, zone: 'UTC', formats: ${JSON.stringify(formats)} }),
  },
  enrich: (c) => ({ month: month(c.at) }),
  ${rules}
  lake: { partitionBy: ['month'] },
  star: {
    fact: 'fact_crossing',
    dimensions: { rider_key: lookup('dim_rider', { name: 'rider' }), day_key: dateDimension('dim_day', 'at') },
    columns: ['id', 'at'],
  },
  marts: { rides_by_rider: { kind: 'table', uniqueKey: ['name'], sql:
    'select name, count(*)::int as rides from star.fact_crossing join star.dim_rider using (rider_key) group by 1' } },
  checks: { none_refused: 'select id from star.fact_crossing join public.refused using (id)' },
  rejects: ${JSON.stringify(rejects)},
  versions: '${versions}',
});
`,
  );
  return join(folder, 'datasets');
}

/** Rides with ids from `first` on. A fifth have no time that is read; half of those are in another format. */
export function rides(first: number, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const id = first + i;
    const odd = { 3: '01.02.2024', 7: 'never' }[i % 10];
    return `${id},Rider ${id % 7},${odd ?? `2024-0${1 + (id % 3)}-1${id % 10} 10:00:00`}`;
  });
  return `id,rider,at\n${lines.join('\n')}\n`;
}
