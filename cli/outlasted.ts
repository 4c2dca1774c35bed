/** Ends a command that waits for files when an outage has lasted for the whole outage timeout. */
import type { Hub } from '../coordinator/progress/hub.ts';
import { type LandfallError, restoreError } from '../platform/errors/errors.ts';
import type { OutageReport } from '../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../platform/progress/progress-client.ts';
import { closeGivenUp, type Site } from './site.ts';

export interface OutageDeadline {
  /** Resolves with the first outage that lasts for so long, in this process or in a worker. */
  readonly outlasted: Promise<LandfallError>;
  /** Whether `outlasted` has resolved. */
  readonly isOver: boolean;
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
    close() {
      clearTimeout(timer);
      stop();
    },
  };
}

/** Does work that waits for files, then closes the site: at once if an outage has outlasted the timeout. */
export async function whileOpen(
  site: Site,
  work: (deadline: OutageDeadline) => Promise<void>,
): Promise<void> {
  const deadline = outageDeadline(site.hub, site.config.outageTimeout * 1000);
  try {
    await work(deadline);
  } finally {
    deadline.close();
    await (deadline.isOver ? closeGivenUp(site) : site.close());
  }
}

/** The work's result. Rejects with the outage if one outlasts the timeout. */
export async function unlessOutlasted<T>(work: Promise<T>, { outlasted }: OutageDeadline): Promise<T> {
  const late = outlasted.then((error) => {
    throw error;
  });
  return Promise.race([work, late]);
}
