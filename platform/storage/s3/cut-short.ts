/**
 * The requests to S3 that this process has in flight. A process that closes cuts them short, because a server that does
 * not answer must not keep it open. Whatever they were for is repeated by the process that resumes the work.
 */
import { setMaxListeners } from 'node:events';

let newest = generation();

function generation(): AbortController {
  const controller = new AbortController();
  // Every request in flight listens to it.
  setMaxListeners(0, controller.signal);
  return controller;
}

/** The signal of a request that is sent now. It is aborted when the request is cut short. */
export function requestSignal(): AbortSignal {
  return newest.signal;
}

/** Aborts all requests in flight. Those that follow are sent as always. */
export function abortRequests(): void {
  const aborted = newest;
  newest = generation();
  aborted.abort(new Error('the process is closing'));
}

/** From now on, aborts requests that take longer than one to two times `graceMs`, until the result is called. */
export function hurryRequests(graceMs: number): () => void {
  let older = newest;
  newest = generation();
  const timer = setInterval(() => {
    older.abort(new Error('the process is closing'));
    older = newest;
    newest = generation();
  }, graceMs);
  return () => clearInterval(timer);
}
