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
/** How often to look at the pool. */
const lookMs = 1_000;

type Log = { warn(details: object, message: string): void };

/** The protection of one task, which follows what its pool does whenever it looks. */
export class TaskProtection {
  private readonly agent: string;
  private readonly pool: { isBusy(): boolean };
  private readonly log: Log;
  private readonly clock: () => number;
  private isProtected = false;
  private isRefused = false;
  private renewAt = Number.NEGATIVE_INFINITY;
  private busyAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | null = null;

  /**
   * A refusal is logged, once until the agent agrees again.
   * @param agent ECS_AGENT_URI
   * @param clock ms; default performance.now
   */
  constructor(agent: string, pool: { isBusy(): boolean }, log: Log, clock = () => performance.now()) {
    this.agent = agent;
    this.pool = pool;
    this.log = log;
    this.clock = clock;
  }

  /** Asks the agent if something has changed. Resolves when it has answered; asks once at a time. Does not fail. */
  look(): Promise<void> {
    const now = this.clock();
    if (this.pool.isBusy()) this.busyAt = now;
    const wanted = now - this.busyAt < idleMs;
    const isDue = now >= this.renewAt;
    const asks = wanted === this.isProtected ? wanted && isDue : !this.isRefused || isDue;
    if (asks)
      this.asking ??= this.ask(wanted).finally(() => {
        this.asking = null;
      });
    return this.asking ?? Promise.resolve();
  }

  /** Ends the protection. */
  async end(): Promise<void> {
    await this.asking;
    if (this.isProtected) await this.ask(false);
  }

  private async ask(protect: boolean): Promise<void> {
    try {
      await setProtection(this.agent, protect);
      this.isProtected = protect;
      this.isRefused = false;
      this.renewAt = this.clock() + (expiryMinutes / 2) * 60_000;
    } catch (error) {
      if (!this.isRefused) this.log.warn({ err: error }, 'ECS does not protect this task');
      this.isRefused = true;
      this.renewAt = this.clock() + retryMs;
    }
  }
}

/** Protects the task as long as the result is not called. */
export function protectTask(agent: string, pool: { isBusy(): boolean }, log: Log): () => Promise<void> {
  const protection = new TaskProtection(agent, pool, log);
  const timer = setInterval(() => void protection.look(), lookMs);
  return () => {
    clearInterval(timer);
    return protection.end();
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
