/**
 * Shows from outside that a pool of workers lives: a file whose time is renewed while a worker process beats. A check of
 * health looks at its age (cli/health-check.ts), which costs no connection and asks about this pool alone.
 */
import { writeFileSync } from 'node:fs';

const renewMs = 5_000;
/** A worker that has not beaten for this long does not count: it is starting, stuck or gone. */
const silentMs = 15_000;

/** Renews the file until the result is called. `silentFor`: ms since a worker of the pool last beat. */
export function keepAliveFile(
  path: string,
  pool: { silentFor(): number },
  { log, everyMs = renewMs }: { log: { warn(details: object, message: string): void }; everyMs?: number },
): () => void {
  let refused = false;
  const renew = () => {
    if (pool.silentFor() >= silentMs) return;
    try {
      writeFileSync(path, `${process.pid}\n`);
    } catch (error) {
      // The work does not depend on it.
      if (!refused) log.warn({ err: error, path }, 'could not write the file that shows that workers live');
      refused = true;
    }
  };
  const timer = setInterval(renew, everyMs);
  renew();
  return () => clearInterval(timer);
}
