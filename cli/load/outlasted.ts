/** Ends a command that waits for files: when it is told to stop, or an outage has lasted for the whole outage timeout. */
import type { Hub } from '../../coordinator/progress/hub.ts';
import { type LandfallError, restoreError } from '../../platform/errors/errors.ts';
import type { OutageReport } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import { closeGivenUp, type Site } from '../site.ts';
import { givenUpWords, unlessStopped } from './stopped.ts';

export interface OutageDeadline {
  /** Resolves with the first outage that lasts for so long, in this process or in a worker. */
  readonly outlasted: Promise<LandfallError>;
  /** Whether `outlasted` has resolved. */
  readonly isOver: boolean;
  /** Whether the command has been told to stop. */
  readonly isStopped: boolean;
  stop(): void;
  close(): void;
}

export function outageDeadline(hub: Pick<Hub, 'subscribe'>, outageTimeoutMs: number): OutageDeadline {
  let view: ProgressView | null = null;
  let timer: NodeJS.Timeout | undefined;
  let resolve: (error: LandfallError) => void = () => {};
  const outlasted = new Promise<LandfallError>((resolver) => {
    resolve = resolver;
  });
  let isOver = false;
  let isStopped = false;
  const end = (outage: OutageReport) => {
    isOver = true;
    resolve(restoreError(outage));
  };
  const stop = hub.subscribe((message) => {
    view = applyMessage(view, message);
    clearTimeout(timer);
    const [oldest] = [...(view?.state.outages ?? [])].sort((a, b) => a.since.localeCompare(b.since));
    if (oldest === undefined) return;
    const leftMs = Date.parse(oldest.since) + outageTimeoutMs - Date.now();
    timer = setTimeout(end, Math.max(0, leftMs), oldest);
  });
  return {
    outlasted,
    get isOver() {
      return isOver;
    },
    get isStopped() {
      return isStopped;
    },
    stop() {
      isStopped = true;
    },
    close() {
      clearTimeout(timer);
      stop();
    },
  };
}

/** How a command is told to stop. */
export interface Stop {
  readonly signal: Promise<null>;
  /** The files that it loads, by their numbers in the ledger. */
  readonly own: ReadonlySet<number>;
  /** Ends what it shows of their progress. */
  closeView(): void;
}

/**
 * Does work that waits for files, then closes the site: at once if an outage has outlasted the timeout. If the command is
 * told to stop meanwhile, it closes the site, says what is kept, and ends.
 */
export async function whileOpen(
  site: Site,
  work: (deadline: OutageDeadline) => Promise<void>,
  stop?: Stop,
): Promise<void> {
  const deadline = outageDeadline(site.hub, site.config.outageTimeout * 1000);
  const loading = () => work(deadline);
  try {
    if (stop === undefined) await loading();
    else
      await unlessStopped(site, stop.signal, loading, {
        words: (state) => givenUpWords(state, stop.own),
        onStop() {
          deadline.stop();
          stop.closeView();
        },
      });
  } finally {
    deadline.close();
    await (deadline.isOver ? closeGivenUp(site) : site.close());
  }
}

/**
 * The work's result. Rejects with the outage if one outlasts the timeout. Once the command is told to stop it does not
 * settle any more, because the files that are given up then have not failed.
 */
export async function unlessOutlasted<T>(work: Promise<T>, deadline: OutageDeadline): Promise<T> {
  const late = deadline.outlasted.then((error) => {
    throw error;
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (deadline.isStopped) await new Promise(() => {});
  }
}
