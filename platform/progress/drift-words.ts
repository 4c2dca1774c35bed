import type { Drift } from './progress.ts';

/** How a file's columns differ from the definition: one line for each kind of difference. */
export function driftLines({ unknown, missing, reordered, renamed, suggested }: Drift): string[] {
  const lines: string[] = [];
  if (unknown.length > 0) lines.push(`unknown columns: ${unknown.join(', ')}`);
  if (missing.length > 0) lines.push(`missing columns: ${missing.join(', ')}`);
  if (reordered) lines.push('columns in another order');
  if (renamed.length > 0)
    lines.push(`renamed columns: ${renamed.map(({ from, to }) => `${from} for ${to}`).join(', ')}`);
  for (const { from, to } of suggested)
    lines.push(`${from} may be another name of ${to}: if so, add an alias`);
  return lines;
}

/** The same in a few words: names of unknown and missing columns, the number of renamed ones. */
export function driftSummary({ unknown, missing, reordered, renamed }: Drift): string {
  const few = (names: readonly string[]) =>
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`unknown ${few(unknown)}`);
  if (missing.length > 0) parts.push(`missing ${few(missing)}`);
  if (renamed.length > 0) parts.push(`${renamed.length} renamed`);
  if (reordered) parts.push('reordered');
  return parts.join(' · ');
}
