/** What the engine does with a fetcher, in memory: it notes pages, and forgets what was not noted. */

import type { FetchWindow, Json } from '../../../sources/fetching/contract.ts';
import { csvFields } from '../../../sources/postgres/csv-pages.ts';
import { fetchTable } from '../../../sources/postgres/fetch-table.ts';
import type { TableFetch } from '../../../sources/postgres/table.ts';

export interface NotedPage {
  readonly page: string;
  readonly header: readonly string[];
  /** By the names of the header. */
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

export class Puller {
  cursor: Json = null;
  position: Json = null;
  readonly warnings: string[] = [];
  readonly source: TableFetch;
  private readonly fetch: typeof fetchTable;

  constructor(source: Partial<TableFetch> & Pick<TableFetch, 'url' | 'table'>, fetch = fetchTable) {
    this.fetch = fetch;
    this.source = {
      name: 'crm',
      key: ['id'],
      cursor: { column: 'updated_at' },
      columns: [],
      lagMs: 0,
      lagNumber: 0,
      pageRows: 3,
      ...source,
    };
  }

  /**
   * Runs until the end, or dies once `killAfter` pages are noted: another page is read, and lost.
   * `onPage` is called before each page is read.
   */
  async run({
    killAfter = Number.POSITIVE_INFINITY,
    onPage = async (_page: number) => {},
    window = null as FetchWindow | null,
    backfill = false,
  } = {}): Promise<NotedPage[]> {
    const noted: NotedPage[] = [];
    const log = { warn: (_: object, text: string) => this.warnings.push(text) };
    const task = {
      window,
      backfill,
      cursor: this.cursor,
      position: this.position,
      signal: new AbortController().signal,
      log: log as never,
    };
    for await (const step of this.fetch(this.source, task)) {
      await onPage(noted.length + 1);
      const pieces: Uint8Array[] = [];
      if (step.page !== null) for await (const piece of step.body) pieces.push(Buffer.from(piece));
      if (noted.length === killAfter) return noted;
      const { position, cursor } = step.page === null ? step : step.settle();
      this.position = position;
      if (cursor !== undefined) this.cursor = cursor;
      if (step.page !== null) noted.push(read(step.page, Buffer.concat(pieces).toString()));
    }
    this.position = null;
    return noted;
  }
}

function read(page: string, text: string): NotedPage {
  const [header, ...records] = recordsOf(text).map(csvFields);
  const rows = records.map((record) => Object.fromEntries(header.map((name, i) => [name, record[i]])));
  return { page, header: header as string[], rows };
}

/** Line ends outside quotes end records. */
function recordsOf(text: string): string[] {
  return text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g) ?? [];
}
