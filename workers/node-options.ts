/** The options with which Node runs a worker process. */

/** V8 flags for a worker, by V8 version. docs/decisions/operations/0025 says what each one saves. */
export function nodeFlags(v8 = process.versions.v8): readonly string[] {
  return [
    // A worker's heap is small, its buffers are outside the heap, and the other cores are used by other workers.
    // Helper threads would wait longer for a core than they save.
    '--single-threaded-gc',
    // The size in MiB to which the heap may grow before it is collected. V8 begins with a small one and collects
    // often.
    '--initial-heap-size=128',
    // How often a function must run to be optimised: three times the default. The hot loops are small functions that
    // reach it at once, and optimising the many warm ones costs more than it gains. Node 22 and later have a cheaper
    // compiler in between, and Node does not start with a flag that its V8 lacks.
    ...(v8.startsWith('11.') ? ['--interrupt-budget=200000'] : []),
  ];
}

/** Threads for file operations. A read for one slot must not wait for the fsyncs of the other slot's parts. */
const fileThreads = 8;

/** The environment of a worker: that of its parent, which may override the number of threads. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return { UV_THREADPOOL_SIZE: String(fileThreads), ...process.env };
}
