/** How Node runs a worker process. */

/** V8's settings for a worker, by its version. What each saves is in ARCHITECTURE.md. */
export function nodeFlags(v8 = process.versions.v8): readonly string[] {
  return [
    // A worker's heap is small, its buffers lie outside it, and its neighbours use the other cores: helper
    // threads would wait for those more than they help.
    '--single-threaded-gc',
    // MiB that the heap may grow to before it is looked through; V8 begins with few and does so again and again.
    '--initial-heap-size=128',
    // How hot a function must be to be optimised, three times the default: the hot loops are small functions
    // that get there at once, and the many that are merely warm cost more to optimise than they gain. From
    // Node 22 on there is a cheaper compiler in between; Node does not start with a flag that V8 lacks.
    ...(v8.startsWith('11.') ? ['--interrupt-budget=200000'] : []),
  ];
}

/** Threads for file operations: a read for one slot must not stand behind the fsyncs of the other's parts. */
const fileThreads = 8;

/** The environment of a worker: that of its parent, which may say otherwise. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return { UV_THREADPOOL_SIZE: String(fileThreads), ...process.env };
}
