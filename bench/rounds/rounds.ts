/** Runs rounds that alternate between sides, so that a drift of the machine affects all sides equally. */

/** One contestant. It does its whole work once per round. */
export interface Side {
  readonly name: string;
  /** The input of one round. */
  readonly rows: number;
  readonly bytes: number;
  /** Runs one round and leaves nothing behind. Throws if its counts or sums are wrong. */
  readonly run: () => Promise<Measurement>;
}

export interface Measurement {
  /** Wall time, from which rates are computed. */
  readonly seconds: number;
  /** User and system time of all processes that worked for it, without those of the database server. */
  readonly cpuSeconds?: number;
  readonly serverCpuSeconds?: number;
  /** If there are workers: the peak memory of the largest, and their CPU time without the coordinator's. */
  readonly workerPeakBytes?: number;
  readonly workerCpuSeconds?: number;
  readonly coordinatorCpuSeconds?: number;
  /** Other results, as plain JSON. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Result {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Empty if the side failed. */
  readonly rounds: readonly Measurement[];
  readonly medianSeconds: number;
  /** The reason why there is no rate. */
  readonly error?: string;
}

/** Runs every side once in each round, in an order that is reversed each time. A side that fails is left out. */
export async function alternate(
  sides: readonly Side[],
  rounds: number,
  say: (text: string) => void,
): Promise<Result[]> {
  const measured = new Map<string, Measurement[]>(sides.map((side) => [side.name, []]));
  const errors = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      if (errors.has(side.name)) continue;
      try {
        const measurement = await side.run();
        measured.get(side.name)!.push(measurement);
        say(
          `  round ${round + 1}  ${side.name.padEnd(58)} ${measurement.seconds.toFixed(2).padStart(8)} s\n`,
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        errors.set(side.name, reason);
        say(`  round ${round + 1}  ${side.name}: NO RATE: ${reason}\n`);
      }
    }
  }
  return sides.map(({ name, rows, bytes }) => {
    const error = errors.get(name);
    const rounds = error === undefined ? measured.get(name)! : [];
    const medianSeconds = median(rounds.map((round) => round.seconds));
    return { name, rows, bytes, rounds, medianSeconds, ...(error !== undefined && { error }) };
  });
}

/** The median: the middle value, or the mean of the two middle ones. NaN if there are no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
