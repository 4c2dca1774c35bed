/**
 * Watches the ledger during a run: what moves, how long after a fault, and whether what was acknowledged stays true.
 * It queries the server directly, and waits while the server is down.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { factTables, loadedFacts } from './check/tables.ts';
import type { Journal } from './journal.ts';
import { type Fault, soakDatasets } from './plan/types.ts';
import type { OwnPostgres } from './site/postgres.ts';

const askMs = 500;
/** Facts are counted less often, because that takes a second. */
const countMs = 12_000;

const ended = ['done', 'failed', 'duplicate', 'undone'];

interface FileRow {
  file_id: number;
  name: string;
  dataset: string;
  state: string;
  content_hash: string | null;
  rows_loaded: number;
  error: { code: string } | null;
}

export interface Recovery {
  readonly kind: string;
  readonly ms: number;
}

export class Watch {
  /** What was seen and must not happen. */
  readonly faults: string[] = [];
  readonly recoveries: Recovery[] = [];
  /** Files that have not ended, as last seen. */
  unfinished: readonly string[] = [];
  /** When something last moved, in the journal's time. */
  movedAt = 0;
  private readonly postgres: OwnPostgres;
  private readonly journal: Journal;
  private readonly states = new Map<number, string>();
  private moves = '';
  private waiting: { readonly kind: string; readonly at: number }[] = [];
  private countedAt = 0;
  private closed = false;
  private readonly going: Promise<void>;

  constructor(postgres: OwnPostgres, journal: Journal) {
    this.postgres = postgres;
    this.journal = journal;
    this.going = this.go();
  }

  /** Starts timing: the next thing that moves ends the time to resume after this fault. */
  faultOver({ kind }: Fault): void {
    if (this.unfinished.length > 0) this.waiting.push({ kind, at: this.journal.now() });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.going;
  }

  private async go(): Promise<void> {
    while (!this.closed) {
      await this.look().catch(() => {});
      await delay(askMs);
    }
  }

  private async look(): Promise<void> {
    const [{ there }] = await this.postgres.query<{ there: boolean }>(
      `select to_regclass('landfall.chunk') is not null as there`,
    );
    if (!there) return;
    const files = await this.postgres.query<FileRow & pgRow>(
      'select file_id, name, dataset, state, content_hash, rows_loaded, error from landfall.file order by file_id',
    );
    for (const file of files) this.note(file);
    this.unfinished = files
      .filter((file) => !ended.includes(file.state))
      .map(({ file_id, name, state }) => `${name} (file ${file_id}, ${state})`);
    const [{ moves }] = await this.postgres.query<{ moves: string }>(
      `select concat(count(*) filter (where state = 'committed'), ' ',
         (select count(*) from landfall.scan), ' ', (select string_agg(state, '' order by file_id) from landfall.file)) as moves
       from landfall.chunk`,
    );
    if (moves !== this.moves) this.moved();
    this.moves = moves;
    if (this.journal.now() - this.countedAt > countMs) {
      this.countedAt = this.journal.now();
      this.faults.push(...(await miscounted(this.postgres)));
    }
  }

  private moved(): void {
    this.movedAt = this.journal.now();
    for (const { kind, at } of this.waiting.splice(0)) this.recoveries.push({ kind, ms: this.movedAt - at });
  }

  /** What was acknowledged must not be taken back, except by an undo. */
  private note({
    file_id: fileId,
    name,
    dataset,
    state,
    content_hash: hash,
    rows_loaded: rows,
    error,
  }: FileRow): void {
    const before = this.states.get(fileId);
    if (before === state) return;
    this.states.set(fileId, state);
    this.journal.note('state', { fileId, dataset, name, state, hash, rows, error: error?.code });
    if (before === undefined || !ended.includes(before) || (before === 'done' && state === 'undone')) return;
    this.faults.push(`${dataset}/${name} (file ${fileId}) was ${before} and then ${state}`);
  }
}

type pgRow = Record<string, unknown>;

/**
 * Finds files whose number of facts in the star differs from what was acknowledged. Each dataset is counted in one
 * statement, so that all of its counts are from the same moment.
 */
export async function miscounted(postgres: OwnPostgres): Promise<string[]> {
  const wrong: string[] = [];
  for (const dataset of soakDatasets) {
    const [{ there }] = await postgres.query<{ there: boolean }>(
      'select to_regclass($1) is not null as there',
      [factTables[dataset]],
    );
    if (!there) continue;
    const rows = await postgres.query<FileRow & { facts: number } & pgRow>(
      `select f.file_id, f.name, f.state, f.rows_loaded::float8 as rows_loaded, coalesce(n, 0)::float8 as facts
       from landfall.file f left join
         (select c.file_id, count(*) as n from ${loadedFacts(dataset)} facts join landfall.chunk c using (chunk_id) group by 1) as counted using (file_id)
       where f.dataset = $1
         and ((f.state = 'done' and f.rows_loaded <> coalesce(n, 0)) or (f.state in ('failed', 'duplicate', 'undone') and n > 0))`,
      [dataset],
    );
    for (const { file_id, name, state, rows_loaded, facts } of rows) {
      wrong.push(
        `${dataset}/${name} (file ${file_id}) is ${state} with ${rows_loaded} rows, and the star holds ${facts} of it`,
      );
    }
  }
  return wrong;
}
