/** Rounds that alternate between sides, so that a drifting machine treats all alike. */

export interface Side {
  readonly name: string;
  /** One round from nothing to done; leaves nothing behind. Throws where its counts do not reconcile. */
  readonly run: () => Promise<Measurement>;
}

export interface Measurement {
  readonly seconds: number;
  /** Largest peak of resident memory of one worker process, in bytes, where there are workers. */
  readonly workerPeakBytes?: number;
  readonly detail?: Record<string, unknown>;
}

export interface Result {
  readonly name: string;
  readonly rounds: readonly Measurement[];
  readonly medianSeconds: number;
}

/** Runs every side once per round, in an order that turns round each time. */
export async function alternate(
  sides: readonly Side[],
  rounds: number,
  say: (text: string) => void,
): Promise<Result[]> {
  const measured = new Map<string, Measurement[]>(sides.map((side) => [side.name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? sides : [...sides].reverse();
    for (const side of order) {
      const measurement = await side.run();
      measured.get(side.name)!.push(measurement);
      say(`  round ${round + 1}  ${side.name.padEnd(44)} ${measurement.seconds.toFixed(2)} s\n`);
    }
  }
  return sides.map(({ name }) => {
    const rounds = measured.get(name)!;
    return { name, rounds, medianSeconds: median(rounds.map((round) => round.seconds)) };
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
