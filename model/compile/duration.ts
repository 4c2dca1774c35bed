/** Durations as definitions write them: '30s', '5m', '1h', '1d', '1w'. */

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A duration in ms; null if the text is none. */
export function durationMs(text: string): number | null {
  const found = /^(\d{1,6})([smhdw])$/.exec(text);
  return found === null ? null : Number(found[1]) * unitMs[found[2]];
}
