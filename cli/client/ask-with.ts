import type pg from 'pg';
import { type Answer, type AnswerColumn, type Cell, inGroups } from '../../coordinator/ask/answer.ts';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { schemasOf } from '../ask/schemas.ts';
import type { QueryOptions, QueryResult, Row } from './question.ts';

/** What a question is asked with. */
export interface AskTools {
  readonly pool: pg.Pool;
  readonly config: Config;
  readonly registry: Registry;
}

export async function askWith<R extends Row>(
  { pool, config, registry }: AskTools,
  sql: string,
  { values, lake = false, asOf, timeout: seconds = 60 }: QueryOptions,
): Promise<QueryResult<R>> {
  const question = { sql, values, asOf, seconds };
  if (lake) {
    const { askLake } = await import('../../coordinator/ask/ask-lake.ts');
    return askLake({ pool, registry, config }, question, allRows<R>);
  }
  const { askStar } = await import('../../coordinator/ask/ask-star.ts');
  return askStar(pool, question, schemasOf(registry), allRows<R>);
}

const rowsTogether = 1000;

async function allRows<R extends Row>(answer: Answer): Promise<QueryResult<R>> {
  const { columns } = answer;
  const rows: R[] = [];
  for await (const group of inGroups(answer, rowsTogether))
    for (const cells of group)
      rows.push(
        Object.fromEntries(columns.map((column, i) => [column.name, plainValue(column, cells[i])])) as R,
      );
  return { columns, rows };
}

function plainValue({ type: { kind } }: AnswerColumn, cell: Cell): unknown {
  if (cell === null) return null;
  switch (kind) {
    case 'boolean':
      return cell === 'true';
    case 'int32':
    case 'double':
      return Number(cell);
    case 'json':
      return JSON.parse(cell);
    case 'int64':
    case 'decimal':
    case 'number':
    case 'date':
    case 'timestamp':
    case 'text':
      return cell;
  }
}
