/** How the page draws the rows of a named query or a mart. */

export interface Chart {
  /** `lines`: over time, or over a number. `bars`: one for each row. */
  readonly kind: 'lines' | 'bars';
  /** The column along which lines run, or the one that names bars. */
  readonly x: string;
  /** What is drawn: one column of numbers, or several. */
  readonly y: string | readonly string[];
  /** A column that divides the rows: each of its values is a line of its own, or part of the name of a bar. */
  readonly series?: string;
}

type Axes = Omit<Chart, 'kind'>;

/** Lines over time, or over a number: `lines({ x: 'week', y: 'trips', series: 'region' })`. */
export function lines(axes: Axes): Chart {
  return { kind: 'lines', ...axes };
}

/** A bar for each row: `bars({ x: 'region', y: 'rides' })`. */
export function bars(axes: Axes): Chart {
  return { kind: 'bars', ...axes };
}
