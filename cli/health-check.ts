/**
 * The HEALTHCHECK of the image: exits with 0 if the process of this container lives, else with 1. Loads nothing of
 * Landfall, so that it costs little however often it is run.
 *
 *   a worker        has renewed its file (LANDFALL_ALIVE_FILE) within half a minute
 *   a coordinator   answers /healthz, whether it leads or stands by
 */
import { statSync } from 'node:fs';

const oldMs = 30_000;
const answerMs = 4_000;

/** Undefined if there is no such file: the container runs no worker. */
function isRenewed(path: string | undefined): boolean | undefined {
  const written = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  return written && Date.now() - written.mtimeMs < oldMs;
}

async function answers(): Promise<boolean> {
  const url = `http://127.0.0.1:${process.env.LANDFALL_PORT ?? '8080'}/healthz`;
  return fetch(url, { signal: AbortSignal.timeout(answerMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

process.exitCode = (isRenewed(process.env.LANDFALL_ALIVE_FILE) ?? (await answers())) ? 0 : 1;
