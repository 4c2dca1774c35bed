/** A rollup as plain SQL over facts: what its state must show at any time. */
import type { RollupMeasure, RollupValues } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import { pickFromFacts } from './picks.ts';
import type { StoredRollup } from './state-tables.ts';

/**
 * A select with the group columns and these measures. `facts`: a select of facts. A fact that the rollup's condition
 * leaves out is not counted.
 */
export function definitionSql(
  { rollup }: StoredRollup,
  facts: string,
  measures: readonly RollupMeasure[] = rollup.measures,
): string {
  const { by, where } = rollup;
  const groups = by.map(({ sql }) => sql).join(', ');
  const ranked = rollup.values.filter(({ id }) =>
    measures.some(({ answer }) => answer?.kind === 'values' && answer.values === id),
  );
  const places = ranked.map((values) => {
    const parts = values.columns.map(inOrder);
    const missing = values.columns.map(({ sql }) => `${sql} is null`).join(' or ');
    const order = `(${missing}), ${parts.join(', ')}`;
    return `,
    row_number() over (partition by ${groups} order by ${order}) as place${values.id},
    count(*) filter (where not (${missing})) over (partition by ${groups}) as total${values.id}`;
  });
  const shown = [
    ...by.map(({ sql, name }) => `${sql} as ${identifier(name)}`),
    ...measures.map(
      (measure) =>
        `cast(${measureSql(measure, rollup.parts, rollup.values)} as ${measure.sqlType}) as ${identifier(measure.name)}`,
    ),
  ];
  const condition = where === null ? '' : ` where ${where.sql}`;
  const source = `select f.*${places.join('')}\n  from (${facts}) f${condition}`;
  return `select\n  ${shown.join(',\n  ')}\nfrom (\n  ${source}\n) f\ngroup by ${by.map((_, i) => i + 1).join(', ')}`;
}

function inOrder({ sql, isText }: RollupValues['columns'][number]): string {
  return isText ? `${sql} collate "C"` : sql;
}

/** What the measure is of the facts `f` of a group. */
function measureSql(
  { result, answer }: RollupMeasure,
  parts: StoredRollup['rollup']['parts'],
  values: StoredRollup['rollup']['values'],
): string {
  const ofPart = (column: string) => parts.find((part) => part.column === column)!.aggregate;
  if (answer === null) return result.replace(/\{(\w+)\}/g, (_, column) => ofPart(column));
  if (answer.kind === 'sql') return answer.sql;
  const { id, columns } = values.find((one) => one.id === answer.values)!;
  return pickFromFacts(answer.pick, columns.map(inOrder), `f.place${id}`, `f.total${id}`);
}
