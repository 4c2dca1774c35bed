/**
 * Asks Amazon ECS not to stop this task while a worker of it has a chunk in flight, so that scaling in takes idle tasks.
 * A task that is stopped all the same gives its chunks back: protection saves the work, nothing depends on it.
 *
 *   idle ─ a chunk ─▶ protected ─ renewed each half of `expiryMinutes` ─ idle for idleMs ─▶ idle
 *
 * The endpoint is in the task at ECS_AGENT_URI:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */

/** Protection that is not renewed ends after this time: nothing may protect a stuck task for ever. */
const expiryMinutes = 10;
/** Between two chunks there is a moment without any. */
const idleMs = 15_000;
/** The next try after the agent has refused or not answered. */
const retryMs = 30_000;
const answerMs = 5_000;

interface Options {
  readonly log: { warn(details: object, message: string): void };
  /** How often to look at the pool, in ms. */
  readonly everyMs?: number;
  /** Default: performance.now */
  readonly clock?: () => number;
}

/**
 * Follows the pool until the result is called, which ends the protection. A refusal is logged, once until the agent
 * agrees again.
 * @param agent ECS_AGENT_URI
 */
export function protectTask(
  agent: string,
  pool: { isBusy(): boolean },
  { log, everyMs = 1_000, clock = () => performance.now() }: Options,
): () => Promise<void> {
  let isProtected = false;
  let renewAt = Number.NEGATIVE_INFINITY;
  let busyAt = Number.NEGATIVE_INFINITY;
  let isRefused = false;
  let asking: Promise<void> | null = null;

  const ask = async (protect: boolean) => {
    try {
      await setProtection(agent, protect);
      isProtected = protect;
      isRefused = false;
      renewAt = clock() + (expiryMinutes / 2) * 60_000;
    } catch (error) {
      if (!isRefused) log.warn({ err: error }, 'ECS does not protect this task');
      isRefused = true;
      renewAt = clock() + retryMs;
    }
  };
  const look = () => {
    const now = clock();
    if (pool.isBusy()) busyAt = now;
    const wanted = now - busyAt < idleMs;
    const isDue = wanted === isProtected ? wanted && now >= renewAt : !isRefused || now >= renewAt;
    if (!isDue || asking !== null) return;
    asking = ask(wanted).finally(() => {
      asking = null;
    });
  };
  const timer = setInterval(look, everyMs);
  return async () => {
    clearInterval(timer);
    await asking;
    if (isProtected) await ask(false);
  };
}

/** Throws where the agent does not answer, or answers that it could not. */
async function setProtection(agent: string, protect: boolean): Promise<void> {
  const response = await fetch(`${agent}/task-protection/v1/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      protect ? { ProtectionEnabled: true, ExpiresInMinutes: expiryMinutes } : { ProtectionEnabled: false },
    ),
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  // A failure may come with status 200, as {"failure": {"Reason": …}}.
  const isSet = response.ok && (JSON.parse(text) as { protection?: object }).protection !== undefined;
  if (!isSet) throw new Error(`${response.status} ${text.slice(0, 500)}`);
}
