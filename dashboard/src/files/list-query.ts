/** What the list of files shows, as the address of the page says it and as the API is asked. */
import { type FileProgress, type FileState, isFinished } from '../../../platform/progress/progress.ts';
import { addressOf } from '../route.ts';

/** Members of the address, as texts. */
export interface ListQuery {
  readonly dataset: string;
  /** States, joined by commas. */
  readonly state: string;
  readonly q: string;
  /** Days in the reader's time zone, 2026-11-30, both included. */
  readonly from: string;
  readonly to: string;
  readonly rejected: string;
  readonly sort: string;
}

const members = ['dataset', 'state', 'q', 'from', 'to', 'rejected', 'sort'] as const;

/** The order that the list has if nothing else is asked for. */
export const newestFirst = '-landed';

/** Orders by their names in the API. */
export const sorts: Readonly<Record<string, string>> = {
  '-landed': 'Newest first',
  landed: 'Oldest first',
  name: 'Name, A to Z',
  '-name': 'Name, Z to A',
  '-bytes': 'Largest first',
  bytes: 'Smallest first',
  '-rows': 'Most rows first',
  rows: 'Fewest rows first',
  '-rejected': 'Most rejects first',
  rejected: 'Fewest rejects first',
};

/** Groups of states that a reader chooses between. */
export const stateGroups: readonly { readonly name: string; readonly states: readonly FileState[] }[] = [
  { name: 'In flight', states: ['discovered', 'scanning', 'loading', 'finalising'] },
  { name: 'Done', states: ['done'] },
  { name: 'Failed', states: ['failed'] },
  { name: 'Duplicate', states: ['duplicate'] },
  { name: 'Undone', states: ['undone'] },
];

export function listQueryOf(query: URLSearchParams): ListQuery {
  const given = Object.fromEntries(
    members.map((name) => [name, query.get(name) ?? '']),
  ) as unknown as ListQuery;
  return { ...given, sort: sorts[given.sort] === undefined ? newestFirst : given.sort };
}

/** The address of the list with some members changed. */
export function listAddress(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const { sort, ...rest } = { ...query, ...change };
  return addressOf('/files', { ...rest, sort: sort === newestFirst ? '' : sort });
}

/** Whether nothing is left out. */
export function isUnfiltered({ sort: _, ...filters }: ListQuery): boolean {
  return Object.values(filters).every((text) => text === '');
}

/** What the API is asked for a page. `cursor`: `next` of the page before. */
export function requestOf(query: ListQuery, cursor: string | null): string {
  const { from, to, ...rest } = query;
  return addressOf('/api/files', {
    ...rest,
    from: instantOf(from, 0),
    // The API leaves out the end, the reader includes it.
    to: instantOf(to, 1),
    limit: '100',
    cursor: cursor ?? undefined,
  });
}

/** Midnight in the reader's time zone, `days` after a day; undefined for what is not a day. */
function instantOf(day: string, days: number): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const at = new Date(parts[0], parts[1] - 1, parts[2] + days);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Whether a file of the stream belongs into the list, as the API would decide. */
export function isListed(file: FileProgress, query: ListQuery): boolean {
  if (file.fileId < 0) return false;
  if (query.dataset !== '' && file.dataset !== query.dataset) return false;
  if (query.state !== '' && !query.state.split(',').includes(file.state)) return false;
  if (query.q !== '' && !file.name.toLowerCase().includes(query.q.toLowerCase())) return false;
  if (query.rejected === 'true' && !(isFinished(file.state) && file.rows.rejected > 0)) return false;
  const [from, to] = [instantOf(query.from, 0), instantOf(query.to, 1)];
  return (from === undefined || file.landedAt >= from) && (to === undefined || file.landedAt < to);
}
