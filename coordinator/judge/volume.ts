/**
 * Whether a file brings about as many rows as files of such windows do. Pure.
 *
 * The rows of its window, this file included, are compared with the median of the windows that are alike (the same
 * weekday; of hours, the same hour of it). What is under test, windows in which a file failed or was undone, and
 * windows without a file are left out. With fewer than eight windows nothing is said.
 */
import type { CompiledExpect } from '../../model/compiled.ts';
import type { CheckResult } from '../../platform/file-receipt.ts';
import { plural } from '../../platform/plural.ts';
import { type Judged, windowFor } from './covering.ts';
import { slotOf } from './windows.ts';

/** Fewer windows do not say what is usual. */
const windowsLeast = 8;
/** Of these, the latest are compared: about half a year. */
const windowsMost = 26;
/** How many standard deviations from the median are unusual; 1.4826 × MAD estimates one. */
const deviationsMost = 3.5;
const deviationPerMad = 1.4826;
/** A smaller difference is never unusual: windows that hardly differ have hardly any deviation. */
const shareLeast = 0.1;

/** How far back files have to be known, in ms: 26 windows of a weekday. */
export const volumeSinceMs = (windowsMost + 1) * 7 * 86_400_000;

interface Sum {
  rows: number;
  files: number;
  incident: boolean;
}

/** What the files of each window bring, by its index. */
export type WindowSums = Map<number, Sum>;

/** `sums`: of the other files of the dataset. Null where nothing can be said. */
export function judgeVolume(expect: CompiledExpect, file: Judged, sums: WindowSums): CheckResult | null {
  const index = windowFor(expect, file);
  if (index === null) return null;
  const known = sums.get(index);
  const rows = file.rows + (known?.rows ?? 0);
  const files = 1 + (known?.files ?? 0);
  const alike = [...sums]
    .filter(([one, sum]) => one !== index && slotOf(expect, one) === slotOf(expect, index) && isUsual(sum))
    .sort(([a], [b]) => b - a)
    .slice(0, windowsMost)
    .map(([, sum]) => sum);
  if (alike.length < windowsLeast) return null;
  const middle = median(alike.map((sum) => sum.rows));
  const mad = median(alike.map((sum) => Math.abs(sum.rows - middle)));
  const most = Math.max(deviationsMost * deviationPerMad * mad, shareLeast * middle);
  const tooMany = rows > middle + most;
  // More files of the window may follow.
  const tooFew = rows < middle - most && files >= median(alike.map((sum) => sum.files));
  const detail = `${plural(rows, 'row')} in the window; usual are ${count(middle - most)} to ${count(middle + most)}, as in ${plural(alike.length, 'window')} like it`;
  return { name: 'volume', ok: !tooMany && !tooFew, severity: 'warn', detail };
}

export function sumWindows(expect: CompiledExpect, files: readonly Judged[]): WindowSums {
  const sums: WindowSums = new Map();
  for (const file of files) addToWindow(sums, expect, file);
  return sums;
}

export function addToWindow(sums: WindowSums, expect: CompiledExpect, { rows, ...file }: Judged): void {
  const index = windowFor(expect, file);
  if (index === null) return;
  const sum = sums.get(index) ?? { rows: 0, files: 0, incident: false };
  sums.set(index, sum);
  if (file.state === 'failed' || file.state === 'undone') sum.incident = true;
  if (file.state !== 'done') return;
  sum.rows += rows;
  sum.files++;
}

function isUsual({ files, incident }: Sum): boolean {
  return files > 0 && !incident;
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function count(rows: number): string {
  return Math.max(0, Math.round(rows)).toLocaleString('en-US');
}
