/**
 * Fails the files of commands (`ingest`, `replay`, `demo`) whose process has died, so that their content can be
 * loaded again.
 *
 *   lives ──seems dead──▶ suspected ──seems dead at the next look──▶ reaped
 *     ▲──────lives────────────┘
 *
 * A process that lives seems dead while it has lost its connection, as all do when the server restarts. So a
 * command that seems dead is reaped at the next look; when a coordinator starts, at once, unless the server
 * started so recently that a living process may not have connected again. What cannot be reaped is tried again
 * at each look, and keeps no other orphan from being reaped.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { otherScopes, serverUpMs } from '../../ledger/tables/scopes.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { type Places, putAway } from '../finalise/put-away.ts';
import { failFile } from '../finalise/unload.ts';
import type { Leadership } from './leadership.ts';
import { closeScope } from './scope-notes.ts';

/** Time between looks, in times of LANDFALL_LOCK_MS: longer than a living process takes to connect again. */
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

  /** Reaps all that seem dead now, unless the server has just started. Then looks again at intervals. */
  async start(): Promise<void> {
    if ((await serverUpMs(this.context.pool)) >= this.lookMs)
      this.suspects = new Set(await this.otherScopes());
    await this.look();
    this.timer = setInterval(() => {
      this.look().catch((error) =>
        this.context.log.warn({ err: error }, 'the files of orphans could not be looked for'),
      );
    }, this.lookMs);
  }

  /** Stops looking. Does not wait for a look that is running: it may wait for a server that is away. */
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

  /** Scopes of which something may be left, except our own. */
  private otherScopes(): Promise<string[]> {
    return otherScopes(this.context.pool, this.context.scope);
  }

  private async tryToReap(scope: string): Promise<void> {
    try {
      await this.reap(scope);
    } catch (error) {
      this.context.log.error({ err: error, scope }, 'the files of a dead command could not be failed');
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
    crashPoint('reap.forgotten');
  }

  /** A file that cannot be failed now keeps its scope on record, and no other file from being failed. */
  private async fail(file: LedgerFile): Promise<void> {
    const abandoned = new LandfallError('LF_INGEST_ABANDONED', { file: file.name });
    try {
      await failFile(this.context, file, abandoned.toJSON());
    } catch (error) {
      this.context.log.error(
        { err: error, file: file.name },
        'the file of a dead command could not be failed',
      );
    }
  }
}
