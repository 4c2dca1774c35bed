/**
 * Fails what single ingests, replays and demos left behind whose process is gone, so that their content can be
 * loaded again.
 *
 *   lives ──seems dead──▶ suspected ──seems dead at the next look──▶ reaped
 *     ▲──────lives────────────┘
 *
 * One that lives seems dead for a moment when it loses its connection, as all do when a server restarts. What
 * seems dead at the start is reaped at once, where the server has been up for long enough to have heard of
 * all that live: whoever was killed is called again, and its content is free.
 */

import { otherScopes, serverUpMs } from '../../ledger/tables/scopes.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { type Places, putAway } from '../finalise/put-away.ts';
import { failFile } from '../finalise/unload.ts';
import type { Leadership } from './leadership.ts';
import { closeScope } from './scope-notes.ts';

/** Time between looks, in times of LANDFALL_LOCK_MS: longer than a process that lives takes to come back. */
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

  /** Reaps all that seem dead now, unless the server has just started, and looks again from time to time. */
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

  /** Looks no more. A look that is under way may wait for a server that is away: nobody waits for it. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
  }

  async look(): Promise<void> {
    const suspected = new Set<string>();
    for (const scope of await this.otherScopes()) {
      await this.lock.ifOrphaned(scope, async () => {
        if (this.suspects.has(scope)) await this.reap(scope);
        else suspected.add(scope);
      });
    }
    this.suspects = suspected;
  }

  /** Scopes of which something may be left, but for our own. */
  private otherScopes(): Promise<string[]> {
    return otherScopes(this.context.pool, this.context.scope);
  }

  private async reap(scope: string): Promise<void> {
    const { context } = this;
    await this.removeQueues(scope);
    crashPoint('reap.queues-removed');
    for (const file of await context.ledger.unfinishedFiles(scope)) {
      const abandoned = new LandfallError('LF_INGEST_ABANDONED', { file: file.name });
      await failFile(context, file, abandoned.toJSON());
      crashPoint('reap.file-failed');
    }
    await putAway(context, scope, this.places);
    await closeScope(context, scope, this.places);
    crashPoint('reap.forgotten');
  }
}
