/** Jobs carry the trace of their file to the worker that takes them. */
import { traceOfFile } from '../traces/file-traces.ts';
import { inSpan } from '../traces/tracing.ts';
import type { ChunkJob, ScanJob } from './contract.ts';

/** Submits jobs, each with the trace of its file if there is one. */
export function submitted<Job extends ChunkJob | ScanJob, T>(
  jobs: readonly Job[],
  submit: (jobs: readonly Job[]) => Promise<T>,
): Promise<T> {
  const traced = jobs.map((job) => {
    const trace = traceOfFile(job.fileId);
    return trace === undefined ? job : { ...job, trace };
  });
  const [parent, ...others] = [...new Set(traced.flatMap(({ trace }) => trace ?? []))];
  if (parent === undefined) return submit(jobs);
  const attributes = { 'landfall.jobs': jobs.length };
  const options = others.length === 0 ? { parent, attributes } : { links: [parent, ...others], attributes };
  return inSpan('submit', options, () => submit(traced));
}
