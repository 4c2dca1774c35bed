/** Scores what was loaded of a polluted file, from 0 to 10: success, and three measures each of names, rows and cells. */
import type { PollutedFile } from './pollutions.ts';

export interface LoadedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** `loaded`: null if nothing was. */
export function scoreOf(wanted: PollutedFile, loaded: LoadedTable | null): number {
  if (loaded === null) return wanted.rows.length === 0 && wanted.header.length === 0 ? 10 : 0;
  const rowText = (row: readonly (string | null)[]) => row.map(valueText).join('\u0000');
  return (
    1 +
    measures(wanted.header.map(nameText), loaded.header.map(nameText)) +
    measures(wanted.rows.map(rowText), loaded.rows.map(rowText)) +
    measures(wanted.rows.flat().map(valueText), loaded.rows.flat().map(valueText))
  );
}

/** The sum of precision, recall and their harmonic mean, of two collections with repetitions. */
function measures(wanted: readonly string[], loaded: readonly string[]): number {
  if (wanted.length === 0) return 3;
  const left = new Map<string, number>();
  for (const text of wanted) left.set(text, (left.get(text) ?? 0) + 1);
  let both = 0;
  for (const text of loaded) {
    const count = left.get(text) ?? 0;
    if (count === 0) continue;
    left.set(text, count - 1);
    both++;
  }
  if (both === 0) return 0;
  const recall = both / wanted.length;
  const precision = both / loaded.length;
  return precision + recall + (2 * precision * recall) / (precision + recall);
}

function nameText(text: string): string {
  return text.trim().toLowerCase();
}

/** A value as one text, however it is written: the day 13/02/2018 and the date 2018-02-13 are one. */
function valueText(text: string | null): string {
  const value = (text ?? '').trim();
  const day = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(value);
  if (day !== null) return `${day[3]}-${day[2]}-${day[1]}`;
  if (/^\d\d:\d\d(:00)?$/.test(value)) return value.slice(0, 5);
  if (/^\$?\d+(\.\d+)?$/.test(value)) return String(Number(value.replace('$', '')));
  return value.toLowerCase();
}
