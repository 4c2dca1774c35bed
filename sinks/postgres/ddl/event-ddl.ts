/** The SQL of a keyed dataset's facts: the tables of its events, and the view of those that are shown. */
import { createHash } from 'node:crypto';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { deleted, shownItems } from '../events/event-layout.ts';
import { eventTableNames } from '../events/table-names.ts';
import { eventTables, shownColumns } from './event-tables.ts';
import {
  columnLines,
  factsComment,
  factType,
  factViewDdl,
  identifier,
  indexName,
  keepingOrder,
  literal,
} from './sql-columns.ts';

export function eventDdl(dataset: CompiledDataset, star: CompiledStar): string[] {
  const { schema, fact } = star;
  const names = eventTableNames(fact);
  const at = (name: string) => `${identifier(schema)}.${identifier(name)}`;
  const { keyed } = star;
  const tables = eventTables(star).flatMap(({ table, extra }) => {
    const lines = columnLines([
      ...star.columns.map((column) => [identifier(column.name), factType(column, star)] as const),
      ...extra.map(
        ({ name, type, notNull }) => [identifier(name), `${type}${notNull ? ' not null' : ''}`] as const,
      ),
    ]);
    return [`create table if not exists ${at(table)} (\n${lines}\n)`];
  });
  const comments = [
    [
      names.current,
      `Events of the dataset ${dataset.name} that are current, deletions too. ${modeMark(dataset)}`,
    ],
    [names.superseded, `All other events of the dataset ${dataset.name}.`],
    [names.staging, `Events of small files that are being loaded.`],
  ].map(([table, text]) => `comment on table ${at(table)} is ${literal(text)}`);
  const index = (table: string, columns: readonly string[], { unique = false, method = 'btree' } = {}) => {
    const using = method === 'btree' ? '' : ` using ${method}`;
    const name = identifier(indexName(table, columns));
    return `create ${unique ? 'unique ' : ''}index if not exists ${name} on ${at(table)}${using} (${columns.map(identifier).join(', ')})`;
  };
  // An entry of an index has no room for a long text.
  const isShort = keyed?.order !== null && !keyed?.order.sqlType.startsWith('text');
  const key = keyed?.kind !== 'history' ? ['_key'] : isShort ? ['_key', '_order'] : ['_key'];
  const scopes = [
    `create table if not exists ${at(names.scopes)} (\n${columnLines([
      ['_scope', 'uuid not null'],
      ['file_id', 'integer not null'],
      ['as_of', 'timestamptz not null'],
      ['content', 'text collate "C" not null'],
      ['chunk_ids', 'integer[] not null'],
    ])},\n  primary key (_scope, file_id)\n)`,
    `comment on table ${at(names.scopes)} is ${literal('Which files are complete for which scopes, and as of when.')}`,
    index(names.scopes, ['_scope', 'as_of', 'content']),
    index(names.scopes, ['file_id']),
  ];
  return [
    ...tables,
    ...comments,
    index(names.current, key, { unique: keyed?.kind !== 'history' || isShort }),
    ...star.indexes.map(({ columns, method }) => index(names.current, columns, { method })),
    ...(keyed?.scoped ? [index(names.current, ['_scope'])] : []),
    index(names.superseded, ['_key']),
    index(names.superseded, ['chunk_id'], { method: 'brin' }),
    index(names.staging, ['chunk_id']),
    ...(keyed?.kind === 'snapshot' ? scopes : []),
    // It is altered where its tables are (grow-events.ts).
    ...factViewDdl(star, {
      select: viewSelect(star, []),
      comment: `${factsComment(dataset)} ${modeMark(dataset)}`,
    }),
  ];
}

/** What people query. `first`: quoted names of the columns that a view has, which stay first. */
export function viewSelect(star: CompiledStar, first: readonly string[]): string {
  const keyed = star.keyed!;
  const items = shownItems({ keyed, shown: shownColumns(star) }, 'c');
  const list = keepingOrder(items, first).map(({ item }) => item);
  const current = `${identifier(star.schema)}.${identifier(eventTableNames(star.fact).current)}`;
  const where = keyed.deleted ? ` where not ${deleted({ keyed }, 'c')}` : '';
  return `select ${list.join(', ')} from ${current} c${where}`;
}

/** Of everything that decides which events are current and what is kept of them: it must not change while there are events. */
export function modeMark({ mode }: Pick<CompiledDataset, 'mode'>): string {
  if (mode.kind === 'append') return '';
  const { kind, key, orderBy, keep, deleted, nulls, scope, track, overwrite, seen } = mode;
  const decides: unknown[] = [
    kind,
    key,
    orderBy?.vector ?? null,
    keep,
    deleted,
    nulls,
    scope,
    track,
    overwrite,
  ];
  if (seen !== undefined) decides.push([seen.created, seen.updated]);
  const hash = createHash('sha256').update(JSON.stringify(decides)).digest('hex').slice(0, 16);
  return `(landfall ${hash})`;
}
