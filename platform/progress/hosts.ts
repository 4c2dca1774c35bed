/** Where workers are. */

/** Whether all workers that report are on this host. False if none does: one may be starting anywhere. */
export function allOn(host: string, workers: readonly { readonly host: string }[]): boolean {
  return workers.length > 0 && workers.every((worker) => worker.host === host);
}
