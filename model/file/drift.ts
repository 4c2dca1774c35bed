/** How a file's columns differ from those of its definition, and whether the definition allows it. */

import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { Drift } from '../../platform/progress/progress.ts';
import type { CompiledColumn, CompiledDataset } from '../compiled.ts';
import { isMadeOf } from '../infer/column-names.ts';
import { aliasHint, normaliseHeader, suggestions } from './match-header.ts';

/** Most names that are reported, and characters of each: the report is pushed to every open page. */
const namesTold = 100;
const charactersTold = 100;

/** Most unknown columns that are kept: each takes a buffer in every worker's kernel. */
const keptMost = 256;

/** Header texts of a file's fields: '' if the header has none, null for fields without data. */
export type FieldTexts = readonly (string | null)[];

/** A field that matches no column, and its name. */
export interface UnknownField {
  readonly field: number;
  readonly name: string;
}

/** Fields that match no column, each with a unique name: its header text, or field_3 if that is empty or taken. */
export function unknownFields(texts: FieldTexts, fieldOfColumn: readonly number[]): UnknownField[] {
  const known = new Set(fieldOfColumn);
  const names = new Set<string>();
  // Fields that the export of rejects adds are not counted, so that a corrected row keeps its names.
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

/** How the file differs; null if it has exactly the columns of the definition, in the same order. */
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

/** True for another word: a header that the name is made of, such as `C#` of `c_sharp`, is the same one. */
function isAlias(column: CompiledColumn, text: string): boolean {
  return normaliseHeader(text) !== normaliseHeader(column.name) && !isMadeOf(column.name, text);
}

/** Throws LF_DRIFT for a difference that the definition does not allow, LF_DRIFT_WIDE for too many kept columns. */
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
    ...(policy.reordered === 'fail' && drift.reordered ? ['its columns are in another order'] : []),
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
