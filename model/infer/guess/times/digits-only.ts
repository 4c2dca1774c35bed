/** Times that are written with digits alone: 20240113, 20240113103000, and seconds since 1970. */
import { dayFromCivil } from '../../../enrich/calendar.ts';
import {
  type ColumnValues,
  headerWords,
  misfitShareMost,
  type ShapeGroup,
  saysTime,
} from '../column-values.ts';

/** Formats by the number of digits. */
const formats: ReadonlyMap<number, string> = new Map([
  [8, 'yyyyMMdd'],
  [12, 'yyyyMMddHHmm'],
  [14, 'yyyyMMddHHmmss'],
]);

/** Years in which a number may be a day. */
const firstYear = 1900;
const lastYear = 2100;

/** Runs of digits of one length, or of two for epochs, and the texts of other shapes. */
interface DigitsOnly<F> {
  readonly format: F;
  readonly misfits: readonly string[];
}

/** The groups of digits alone, and the texts of the others; null if those have too many rows. */
function digitGroups({ shapes, rows }: ColumnValues): { groups: ShapeGroup[]; misfits: string[] } | null {
  const groups = shapes.filter(({ shape }) => /^9+$/.test(shape));
  const others = shapes.filter((group) => !groups.includes(group));
  const otherRows = others.reduce((sum, group) => sum + group.rows, 0);
  if (groups.length === 0 || otherRows > rows * misfitShareMost) return null;
  return { groups, misfits: others.flatMap(({ texts }) => texts) };
}

/**
 * The format of a column whose numbers are all days or times of as many digits; null if they may be numbers. Of
 * random numbers of eight digits fewer than one in a thousand is a day, so two different ones suffice.
 */
export function compactFormat(values: ColumnValues): DigitsOnly<string> | null {
  const found = digitGroups(values);
  if (found === null || found.groups.length !== 1) return null;
  const [{ shape, texts }] = found.groups;
  const format = formats.get(shape.length);
  if (format === undefined || (texts.length < 2 && !saysTime(values.header))) return null;
  return texts.every(isCompact) ? { format, misfits: found.misfits } : null;
}

function isCompact(text: string): boolean {
  const number = (from: number, to: number) => Number(text.slice(from, to) || 0);
  const year = number(0, 4);
  if (year < firstYear || year > lastYear) return false;
  if (dayFromCivil(year, number(4, 6), number(6, 8)) === undefined) return false;
  return number(8, 10) < 24 && number(10, 12) < 60 && number(12, 14) < 60;
}

export type EpochUnit = 's' | 'ms' | 'us';

/** Seconds of 1990-01-01 and 2100-01-01. */
const firstSecond = 631_152_000;
const lastSecond = 4_102_444_800;
const perSecond: Readonly<Record<EpochUnit, number>> = { s: 1, ms: 1e3, us: 1e6 };

/** The unit of a column of times since 1970; null if the header does not say so or a number is out of range. */
export function epochUnit(values: ColumnValues): DigitsOnly<EpochUnit> | null {
  const found = digitGroups(values);
  if (found === null || found.groups.length > 2) return null;
  if (found.groups.some(({ shape }) => shape.length < 9)) return null;
  const { header } = values;
  if (!saysTime(header) && !/(^| )(ms|us|millis|micros|seconds)( |$)/.test(headerWords(header))) return null;
  for (const unit of ['s', 'ms', 'us'] as const) {
    const [least, most] = [firstSecond * perSecond[unit], lastSecond * perSecond[unit]];
    const fits = (text: string) => Number(text) >= least && Number(text) <= most;
    if (found.groups.every(({ texts }) => texts.every(fits))) return { format: unit, misfits: found.misfits };
  }
  return null;
}
