/**
 * Fails the files of commands (`ingest`, `replay`, `demo`) whose process has died, so that their content can be
 * loaded again.
 *
 *   alive ──seems dead──▶ suspected ──seems dead at the next check──▶ reaped
 *     ▲──────alive────────────┘
 *
 * A live process seems dead while it has lost its connection, as every process does when the server restarts. A
 * command that seems dead is therefore reaped only at the next check. When a coordinator starts, it is reaped at
 * once, unless the server started so recently that live processes may not have reconnected yet. An orphan that
 * cannot be reaped is tried again at each check and does not hold up the others.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { forgetLeaderOf, otherScopes, serverUpMs } from '../../ledger/tables/scopes.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { type Places, putAway } from '../finalise/put-away.ts';
import { failFile } from '../finalise/unload.ts';
import type { Leadership } from './leadership.ts';
import { closeScope } from './scope-notes.ts';

/** Time between checks, as a multiple of LANDFALL_LOCK_MS: longer than a live process takes to reconnect. */
const lookLocks = 2;

const nowhere: Places = { landing: null, failed: null };

export class Orphans {
  private readonly context: Context;
  private readonly lock: Leadership;
  private readonly removeQueues: (scope: string) => Promise<void>;
  private readonly places: Places;
  private readonly lookMs: number;
  private suspects: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    context: Context,
    lock: Leadership,
    removeQueues: (scope: string) => Promise<void>,
    { places = nowhere, lockMs = 10_000 } = {},
  ) {
    this.places = places;
    this.lookMs = lookLocks * lockMs;
    this.context = context;
    this.lock = lock;
    this.removeQueues = removeQueues;
  }

  /** Reaps all commands that seem dead now, unless the server has just started. Then checks at intervals. */
  async start(): Promise<void> {
    if ((await serverUpMs(this.context.pool)) >= this.lookMs)
      this.suspects = new Set(await this.otherScopes());
    await this.look();
    this.timer = setInterval(() => {
      this.look().catch((error) => this.context.log.warn({ err: error }, 'could not check for orphans'));
    }, this.lookMs);
  }

  /** Stops checking. Does not wait for a running check, which may be waiting for a server that is down. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
  }

  async look(): Promise<void> {
    const suspected = new Set<string>();
    for (const scope of await this.otherScopes()) {
      await this.lock.ifOrphaned(scope, async () => {
        suspected.add(scope);
        if (this.suspects.has(scope)) await this.tryToReap(scope);
      });
    }
    this.suspects = suspected;
  }

  /** Scopes that may have left something behind, except our own. */
  private otherScopes(): Promise<string[]> {
    return otherScopes(this.context.pool, this.context.scope);
  }

  private async tryToReap(scope: string): Promise<void> {
    try {
      await this.reap(scope);
    } catch (error) {
      this.context.log.error({ err: error, scope }, 'could not fail the files of a dead command');
    }
  }

  private async reap(scope: string): Promise<void> {
    const { context } = this;
    await this.removeQueues(scope);
    crashPoint('reap.queues-removed');
    for (const file of await context.ledger.unfinishedFiles(scope)) {
      await this.fail(file);
      crashPoint('reap.file-failed');
    }
    await putAway(context, scope, this.places);
    await closeScope(context, scope, this.places);
    await forgetLeaderOf(context.pool, scope);
    crashPoint('reap.forgotten');
  }

  /** If a file cannot be failed now, its scope stays on record; the other files are failed all the same. */
  private async fail(file: LedgerFile): Promise<void> {
    const abandoned = new LandfallError('LF_INGEST_ABANDONED', { file: file.name });
    try {
      await failFile(this.context, file, abandoned.toJSON());
    } catch (error) {
      this.context.log.error({ err: error, file: file.name }, 'could not fail a file of a dead command');
    }
  }
}
