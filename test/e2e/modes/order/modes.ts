/** The modes whose order is tested, and a definition of a dataset in each. */
import type { EventFile } from './files.ts';

export interface Mode {
  readonly name: string;
  readonly kind: 'dedupe' | 'upsert' | 'snapshot' | 'history';
  /** As a definition says it. */
  readonly source: string;
  readonly imports: readonly string[];
  /** False where the content is the key. */
  readonly hasKey: boolean;
  readonly ordered: boolean;
  readonly deletes: boolean;
  readonly keepFirst?: boolean;
  readonly keepNulls?: boolean;
  readonly nullKeysEqual?: boolean;
  readonly asOf?: (file: EventFile) => string;
}

/** Of every mode. */
const seen = `seen: { created: 'first_seen', updated: 'last_changed' }`;
const plain = { hasKey: true, ordered: true, deletes: false };

export const modes: readonly Mode[] = [
  {
    ...{ name: 'last', kind: 'dedupe', imports: ['append'], ...plain },
    source: `append({ dedupe: ['area', 'code'], keep: 'last', orderBy: 'at', ${seen} })`,
  },
  {
    ...{ name: 'first', kind: 'dedupe', imports: ['append'], ...plain, keepFirst: true },
    source: `append({ dedupe: ['area', 'code'], keep: 'first', orderBy: 'at', ${seen} })`,
  },
  {
    ...{ name: 'content', kind: 'dedupe', imports: ['append'], ...plain, ordered: false },
    source: `append({ dedupe: ['area', 'code'], ${seen} })`,
  },
  {
    ...{ name: 'row', kind: 'dedupe', imports: ['append'], hasKey: false, ordered: false, deletes: false },
    source: `append({ dedupe: 'row', ${seen} })`,
  },
  {
    ...{ name: 'upsert', kind: 'upsert', imports: ['upsert'], ...plain, deletes: true },
    source: `upsert({ key: ['area', 'code'], orderBy: 'at', deleted: 'gone', ${seen} })`,
  },
  {
    ...{ name: 'merge', kind: 'upsert', imports: ['upsert'], ...plain, deletes: true },
    ...{ keepNulls: true, nullKeysEqual: true },
    source: `upsert({ key: ['area', 'code'], orderBy: 'at', deleted: 'gone', nulls: 'keep', nullKeys: 'equal', ${seen} })`,
  },
  {
    ...{ name: 'snapshot', kind: 'snapshot', imports: ['snapshot', 'fromName'], ...plain, ordered: false },
    source: `snapshot({ key: ['code'], asOf: fromName('{date}.csv'), scope: ['area'], ${seen} })`,
    asOf: ({ name }) => name.replaceAll('-', ''),
  },
  {
    ...{ name: 'history', kind: 'history', imports: ['history'], ...plain, deletes: true },
    source: `history({ key: ['area', 'code'], orderBy: 'at', deleted: 'gone', track: ['label', 'kind'], overwrite: ['price'], ${seen} })`,
  },
];

/** Both datasets have these columns, and share the members of `kind` with the latest of their labels. */
const columns = `columns: {
    area: integer({ required: true }),
    code: text(),
    at: timestamp({ zone: 'UTC', formats: ['yyyy-MM-dd HH:mm:ss'] }),
    gone: boolean(),
    label: text({ aliases: ['Beschriftung'] }),
    size: integer({ optional: true }),
    amount: float8(),
    price: numeric(9, 2),
    kind: text(),
  },
  dialect: { delimiter: 'auto' }`;
const dimensions = `dimensions: {
      kind_key: lookup('dim_kind', { name: 'kind' }, { label: 'label' }, { attributes: 'latest', by: 'at', shared: true }),
    }`;
const language =
  'boolean, count, countDistinct, defineDataset, float8, integer, lastBy, lookup, median, min, mostCommon, numeric, rollup, sql, sum, text, timestamp';

/** The definition of a dataset, as its file says it. Each has a schema of its own. */
export function definitionOf({ imports, source }: Mode, dataset: string): string {
  return `import { ${imports.join(', ')}, ${language} } from 'landfall';
export default defineDataset({
  name: '${dataset}',
  ${columns},
  mode: ${source},
  versions: 'replace',
  star: {
    schema: '${dataset}',
    fact: 'fact_event',
    ${dimensions},
    columns: ['area', 'code', 'at', 'gone', 'label', 'size', 'amount', 'price'],
  },
  marts: {
    by_kind: rollup({
      by: ['area', 'kind_key'],
      measures: {
        events: count(), amount: sum('amount'), price: sum('price'), middle: median('size'), least: min('label'),
        labels: countDistinct('label'), usual: mostCommon('size'), newest: lastBy('label', 'at'),
        spread: sql('max(amount) - min(amount)', 'double precision'),
      },
    }),
  },
  rejects: { share: 1 },
});
`;
}

/** The definition of the dataset that shares a dimension with another one. It shows every row. */
export function visitsOf(dataset: string): string {
  return `import { ${language} } from 'landfall';
export default defineDataset({
  name: '${visitsName(dataset)}',
  ${columns},
  versions: 'replace',
  star: {
    schema: '${dataset}',
    fact: 'fact_visit',
    ${dimensions},
    columns: ['area', 'code', 'at', 'gone', 'label', 'size', 'amount', 'price'],
  },
  marts: {
    visits_by_kind: rollup({ by: ['kind_key'], measures: { visits: count(), amount: sum('amount'), newest: lastBy('label', 'at') } }),
  },
  rejects: { share: 1 },
});
`;
}

export function visitsName(dataset: string): string {
  return `${dataset}_visits`;
}
