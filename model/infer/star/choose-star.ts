/** Chooses a star for the columns of a file: what its things are, its date, its partitions. */
import type { FoundColumn, Remark } from '../contract.ts';
import { bestDate, partitionsBy } from './best-date.ts';
import { codeColumn } from './column-codes.ts';
import type { FoundDate, StarChoice, StarInput } from './contract.ts';
import { findEntities, type NearMiss } from './entities.ts';
import { grainOf } from './grain.ts';
import { nameDimensions } from './name-dimensions.ts';
import { tableFault } from './table-limits.ts';

/** Cells that are compared; of more, rows are left out. Each takes four bytes, and the text if it is new. */
const cellsMost = 20_000_000;

/**
 * Columns that depend on one another become one dimension with attributes; so does a text with few distinct values.
 * Constants, ids, measures and prose stay with the facts. The best date gets a dimension and partitions the lake.
 */
export function chooseStar({ dataset, columns, rows, rowCount }: StarInput): StarChoice {
  const compared = evenly(rows, Math.max(1, Math.floor(cellsMost / Math.max(1, columns.length))));
  const coded = columns.map((column, c) => codeColumn(column, c, compared));
  const date = bestDate(columns);
  const { entities, nearMisses } = findEntities(coded, coded.find(({ column }) => column === date) ?? null);
  const taken = new Set(['chunk_id', ...columns.flatMap(namesOf)]);
  const { dimensions, retyped } = nameDimensions(dataset, entities, taken);
  const dateDimension = date === null ? null : dateOf(dataset, date, taken);
  const partitions = date === null ? [] : partitionsBy(date, taken);
  const grain = grainRemarks(coded, compared.length === rowCount);
  const inDimensions = new Set(
    dimensions.flatMap(({ natural, attributes }) => [...natural, ...attributes].map(({ column }) => column)),
  );
  const places = columns.flatMap(({ name }, c) => (inDimensions.has(name) ? [] : [c]));
  const keys = dimensions.length + (dateDimension === null ? 0 : 1);
  const fault = tableFault(columns, places, keys, compared);
  if (fault !== null) return { star: null, partitions, retyped: {}, remarks: [fault, ...grain] };
  const star = {
    fact: `fact_${dataset.replaceAll('-', '_')}`,
    dimensions,
    date: dateDimension,
    columns: places.map((c) => columns[c].name),
  };
  return { star, partitions, retyped, remarks: [...nearMisses.map(nearMissRemark), ...grain] };
}

/** At most `most` rows, evenly spread. */
function evenly<T>(rows: readonly T[], most: number): readonly T[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]);
}

/** Names that a column takes in lake and star. */
function namesOf({ name, guess }: FoundColumn): string[] {
  return guess.type === 'point' ? [name, `${name}_lon`, `${name}_lat`] : [name];
}

function dateOf(dataset: string, { name, facts }: FoundColumn, taken: Set<string>): FoundDate {
  const roles = ['date_key', `${name.replace(/_$/, '')}_date_key`, 'day_key'];
  let role = roles.find((some) => !taken.has(some));
  for (let number = 2; role === undefined; number++)
    role = taken.has(`date_key_${number}`) ? undefined : `date_key_${number}`;
  taken.add(role);
  const range =
    facts.least === null
      ? []
      : [
          {
            kind: 'evidence',
            text: `the days of ${name}, from ${facts.least} to ${facts.greatest}`,
          } as const,
        ];
  return { role, table: `dim_${dataset.replaceAll('-', '_')}_date`, column: name, remarks: range };
}

function nearMissRemark({ key, column, broken, members }: NearMiss): Remark {
  const text = `${column} is not the same for ${broken} of ${members.toLocaleString('en-US')} values of ${key}`;
  return { kind: 'check', text: `${text}, so it stays in the facts` };
}

function grainRemarks(coded: Parameters<typeof grainOf>[0], isWhole: boolean): Remark[] {
  const names = grainOf(coded).map(({ column }) => column.name);
  if (names.length === 0) return [];
  const rule = `rules: (c) => ({ one_row: unique([${names.map((name) => `c.${name}`).join(', ')}]) })`;
  const where = isWhole ? 'every row' : 'every sampled row';
  const text = `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} different in ${where}; \`${rule}\` shows each once`;
  return [{ kind: 'evidence', text }];
}
