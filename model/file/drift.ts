/** How a file's columns differ from those of its definition, and whether the definition lets that be. */
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { Drift } from '../../platform/progress/progress.ts';
import type { CompiledColumn, CompiledDataset } from '../compiled.ts';
import { aliasHint, normaliseHeader, suggestions } from './match-header.ts';

/** Names that are told at most, and characters of each: what is told goes to every page that is open. */
const namesTold = 100;
const charactersTold = 100;

/** Unknown columns that a file may have where they are kept: each takes a buffer in every worker's kernel. */
const keptMost = 256;

/** Field texts of a file's records: as its header has them, '' where it has none, null for fields without data. */
export type FieldTexts = readonly (string | null)[];

/** A field that means no column, and what it is called. */
export interface UnknownField {
  readonly field: number;
  readonly name: string;
}

/** Fields that mean no column, each with a name of its own: its text, or field_3 where it has none of its own. */
export function unknownFields(texts: FieldTexts, fieldOfColumn: readonly number[]): UnknownField[] {
  const known = new Set(fieldOfColumn);
  const names = new Set<string>();
  // Counted without fields that the export of rejects adds: a corrected row has the names that it had.
  let place = 0;
  return texts.flatMap((text, field) => {
    if (text === null) return [];
    place += 1;
    if (known.has(field)) return [];
    const trimmed = text.trim();
    const name = trimmed === '' || names.has(trimmed) ? `field_${place}` : trimmed;
    names.add(name);
    return [{ field, name }];
  });
}

/** How the file differs; null where its columns are those of the definition, in their order. */
export function driftOf(
  dataset: CompiledDataset,
  texts: FieldTexts,
  fieldOfColumn: readonly number[],
): Drift | null {
  const { columns } = dataset;
  const unknown = unknownFields(texts, fieldOfColumn).map(({ name }) => told(name));
  const missing = columns.filter((_, c) => fieldOfColumn[c] < 0).map(({ name }) => name);
  const found = fieldOfColumn.filter((field) => field >= 0);
  const reordered = found.some((field, i) => i > 0 && field < found[i - 1]);
  const renamed = columns.flatMap((column, c) => {
    const from = texts[fieldOfColumn[c]];
    return from && isAlias(column, from) ? [{ from: told(from), to: column.name }] : [];
  });
  if (unknown.length + missing.length + renamed.length === 0 && !reordered) return null;
  return {
    unknown: unknown.slice(0, namesTold),
    missing,
    reordered,
    renamed,
    suggested: suggestions(missing, unknown),
  };
}

function told(text: string): string {
  return text.length > charactersTold ? `${text.slice(0, charactersTold)}…` : text;
}

function isAlias(column: CompiledColumn, text: string): boolean {
  return normaliseHeader(text) !== normaliseHeader(column.name);
}

/** Throws LF_DRIFT where the file differs in what the definition does not allow, LF_DRIFT_WIDE past what is kept. */
export function refuseDrift(
  dataset: CompiledDataset,
  file: { readonly name: string },
  { drift, extra = [] }: Pick<FileLayout, 'drift' | 'extra'>,
): void {
  if (extra.length > keptMost) {
    const values = { file: file.name, columns: extra.length, most: keptMost };
    throw new LandfallError('LF_DRIFT_WIDE', values);
  }
  if (!drift) return;
  const policy = dataset.drift;
  const differences = [
    ...(policy.unknown === 'fail' && drift.unknown.length > 0
      ? [`unknown columns: ${drift.unknown.map(quoted).join(', ')}`]
      : []),
    ...(policy.missing === 'fail' && drift.missing.length > 0
      ? [`missing columns: ${drift.missing.join(', ')}`]
      : []),
    ...(policy.reordered === 'fail' && drift.reordered ? ['its columns stand in another order'] : []),
    ...(policy.renamed === 'fail' && drift.renamed.length > 0
      ? [`renamed columns: ${drift.renamed.map(({ from, to }) => `${quoted(from)} for ${to}`).join(', ')}`]
      : []),
  ];
  if (differences.length === 0) return;
  const hints = drift.suggested.map(({ from, to }) => `; ${aliasHint(from, to)}`).join('');
  throw new LandfallError('LF_DRIFT', {
    file: file.name,
    dataset: dataset.name,
    differences: `${differences.join('; ')}${hints}`,
  });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
