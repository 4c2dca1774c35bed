/** Whether the rows of an answer can be drawn, and as what: as the definition says, or else as their values suggest. */
import type { ChartDetail } from '../../../platform/progress/dataset-detail.ts';

export type Cell = string | number | boolean | null | object;
export type AnswerRow = Readonly<Record<string, Cell>>;

export type ChartShape =
  /** Lines over time, or over a number that rises. */
  | {
      readonly kind: 'lines';
      readonly x: readonly number[];
      readonly isTime: boolean;
      readonly lines: readonly Line[];
      /** Lines that are left out, because so many cannot be told apart. */
      readonly left: number;
    }
  /** A number for each name. `left`: bars that are left out. */
  | {
      readonly kind: 'bars';
      readonly measure: string;
      readonly bars: readonly Bar[];
      readonly left: number;
    };

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
}

const linesMost = 4;
const barsMost = 24;

/** Null: a table says more. `chart`: what the definition says, if anything; rows that it does not fit are guessed. */
export function shapeOf(rows: readonly AnswerRow[], chart: ChartDetail | null = null): ChartShape | null {
  if (rows.length < 2) return null;
  if (chart !== null && misfitOf(rows, chart) === null) return declaredShape(rows, chart);
  const names = Object.keys(rows[0]);
  const numbers = names.filter((name) => rows.every((row) => row[name] === null || isNumber(row[name])));
  const time = names.find((name) => rows.every((row) => instantOf(row[name]) !== null));
  if (time !== undefined) return overTime(rows, time, names, numbers);
  const [first] = names;
  const measures = numbers.filter((name) => name !== first);
  if (measures.length === 0) return null;
  if (numbers.includes(first) && rises(rows.map((row) => row[first] as number)))
    return linesOf(
      rows.map((row) => row[first] as number),
      false,
      measures.map((name) => ({ name, values: rows.map((row) => row[name] as number | null) })),
    );
  return barsOf(rows, names, numbers);
}

/** Why the rows cannot be drawn as their definition says; null: they can. */
export function misfitOf(rows: readonly AnswerRow[], { kind, x, y, series }: ChartDetail): string | null {
  if (rows.length === 0) return null;
  const lacking = [x, ...y, ...(series === null ? [] : [series])].find((name) => !(name in rows[0]));
  if (lacking !== undefined) return `the rows have no column ${lacking}`;
  const text = y.find((name) => !rows.every((row) => row[name] === null || isNumber(row[name])));
  if (text !== undefined) return `${text} is not a number in every row`;
  if (kind === 'bars')
    return rows.some((row) => Number(row[y[0]]) < 0) ? `${y[0]} is less than 0 in some rows` : null;
  if (placesOf(rows, x) === null) return `${x} is neither a time nor a number in every row`;
  const keys = rows.map((row) => JSON.stringify([row[x], series === null ? null : row[series]]));
  return new Set(keys).size < keys.length ? `two rows have the same ${series ?? 'line'} and ${x}` : null;
}

/** Where each row stands on the axis, in seconds or as a number; null where some are neither. */
function placesOf(rows: readonly AnswerRow[], x: string): { at: number[]; isTime: boolean } | null {
  if (rows.every((row) => isNumber(row[x])))
    return { at: rows.map((row) => row[x] as number), isTime: false };
  const at = rows.map((row) => instantOf(row[x]));
  return at.includes(null) ? null : { at: at.map((ms) => ms! / 1000), isTime: true };
}

function declaredShape(rows: readonly AnswerRow[], { kind, x, y, series }: ChartDetail): ChartShape {
  const nameOf = (row: AnswerRow, column: string) => String(row[column] ?? 'null');
  if (kind === 'bars') {
    const bars = rows.slice(0, barsMost).map((row) => ({
      name: series === null ? nameOf(row, x) : `${nameOf(row, x)} · ${nameOf(row, series)}`,
      value: (row[y[0]] as number | null) ?? 0,
    }));
    return { kind: 'bars', measure: y[0], bars, left: rows.length - bars.length };
  }
  const { at, isTime } = placesOf(rows, x)!;
  const places = [...new Set(at)].sort((a, b) => a - b);
  const place = new Map(places.map((one, i) => [one, i]));
  const lines = new Map<string, (number | null)[]>();
  rows.forEach((row, r) => {
    for (const measure of y) {
      const name = series === null ? measure : nameOf(row, series);
      const values = lines.get(name) ?? new Array<number | null>(places.length).fill(null);
      lines.set(name, values);
      values[place.get(at[r])!] = row[measure] as number | null;
    }
  });
  return linesOf(
    places,
    isTime,
    [...lines].map(([name, values]) => ({ name, values })),
  );
}

function overTime(
  rows: readonly AnswerRow[],
  time: string,
  names: readonly string[],
  numbers: readonly string[],
): ChartShape | null {
  // A number before the time says what a row is about, such as a key; one after it is measured.
  const after = names.slice(names.indexOf(time) + 1).filter((name) => numbers.includes(name));
  const measures = after.length > 0 ? after : numbers;
  const others = names.filter((name) => name !== time && !numbers.includes(name));
  if (after.length > 0) others.push(...numbers.filter((name) => !after.includes(name)));
  if (measures.length === 0 || others.length > 1) return null;
  const at = (row: AnswerRow) => instantOf(row[time])! / 1000;
  const x = [...new Set(rows.map(at))].sort((a, b) => a - b);
  if (x.length < 2) return null;
  const place = new Map(x.map((instant, i) => [instant, i]));
  const [group] = others;
  const lines = new Map<string, (number | null)[]>();
  for (const row of rows) {
    for (const measure of group === undefined ? measures : measures.slice(0, 1)) {
      const name = group === undefined ? measure : String(row[group] ?? 'null');
      const values = lines.get(name) ?? new Array<number | null>(x.length).fill(null);
      lines.set(name, values);
      // Two values at one time cannot be one line.
      if (values[place.get(at(row))!] !== null) return null;
      values[place.get(at(row))!] = row[measure] as number | null;
    }
  }
  return linesOf(
    x,
    true,
    [...lines].map(([name, values]) => ({ name, values })),
  );
}

/** The largest ones, in the order in which they came. */
function linesOf(x: readonly number[], isTime: boolean, lines: readonly Line[]): ChartShape {
  const weight = ({ values }: Line) => values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
  const largest = [...lines].sort((a, b) => weight(b) - weight(a)).slice(0, linesMost);
  const shown = lines.filter((line) => largest.includes(line));
  return { kind: 'lines', x, isTime, lines: shown, left: lines.length - shown.length };
}

function barsOf(
  rows: readonly AnswerRow[],
  names: readonly string[],
  numbers: readonly string[],
): ChartShape | null {
  const measure = numbers.at(-1);
  const labels = names.filter((name) => name !== measure && (!numbers.includes(name) || name === names[0]));
  if (measure === undefined || rows.length > barsMost || labels.length === 0) return null;
  const bars = rows.map((row) => ({
    name: labels.map((name) => String(row[name] ?? 'null')).join(' · '),
    value: (row[measure] as number | null) ?? 0,
  }));
  return bars.some(({ value }) => value < 0) ? null : { kind: 'bars', measure, bars, left: 0 };
}

function isNumber(cell: Cell): cell is number {
  return typeof cell === 'number';
}

function rises(values: readonly (number | null)[]): boolean {
  return values.every((value, i) => value !== null && (i === 0 || value > values[i - 1]!));
}

/** A day or a time as PostgreSQL writes it in JSON, in ms; null: neither. */
export function instantOf(cell: Cell): number | null {
  if (
    typeof cell !== 'string' ||
    !/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?|Z)?)?$/.test(cell)
  )
    return null;
  const zoned = cell.length === 10 || /([+-]\d\d(:\d\d)?|Z)$/.test(cell.slice(10)) ? cell : `${cell}Z`;
  const at = Date.parse(zoned.replace(/([+-]\d\d)$/, '$1:00').replace(/^(\d{4}-\d\d-\d\d):00$/, '$1'));
  return Number.isNaN(at) ? null : at;
}
