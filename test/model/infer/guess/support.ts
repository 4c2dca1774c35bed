/** Reads texts by the column that a guess describes, as loading them would. */
import { isValid } from '../../../../kernel/columns/vectors.ts';
import { createKernel } from '../../../../kernel/kernel.ts';
import { convertFallbacks } from '../../../../model/enrich/fallback.ts';
import * as landfall from '../../../../model/index.ts';
import type { ColumnGuess, ColumnSample } from '../../../../model/infer/contract.ts';
import type { Column } from '../../../../model/language/columns.ts';
import { typeOf } from '../../../../model/types/column-types.ts';
import { compileLoose } from '../../support.ts';

export function sampleOf(texts: readonly string[], header = 'v'): ColumnSample {
  const values = new Map<string, number>();
  for (const text of texts) if (text !== '') values.set(text, (values.get(text) ?? 0) + 1);
  return { header, values, blanks: texts.filter((text) => text === '').length };
}

const builders = new Map(Object.entries(landfall)) as ReadonlyMap<string, (...args: unknown[]) => Column>;

export function columnOf({ type, digits, options, nulls }: ColumnGuess): Column {
  return builders.get(type)!(...(digits ?? []), { ...options, nulls: ['', ...nulls] });
}

const kernel = createKernel({ batchRows: 4096 });

/** The value of each text: as PostgreSQL would read it, null, or undefined if its row is rejected. */
export async function readBy(
  guess: ColumnGuess,
  texts: readonly string[],
): Promise<(string | null | undefined)[]> {
  const column = columnOf(guess);
  const dataset = compileLoose({ name: 'x', columns: { v: column }, star: { fact: 'f' } });
  const reader = await kernel;
  const dialect = { delimiter: '\t', quote: null, trim: false } as const;
  const plan = { dialect, columns: dataset.columns, fieldOfColumn: [0], fieldCount: 1, places: true };
  reader.begin(plan, { byteStart: 0, skipBytes: 0 });
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  reader.inputSpace().set(bytes);
  reader.filled(bytes.length, true);
  const batch = convertFallbacks(dataset, reader.next()!);
  const [vector] = batch.vectors;
  const { logical } = column;
  const starts = new Map<number, number>();
  for (let i = 0, at = 0; i < texts.length; i++) {
    starts.set(at, i);
    at += Buffer.byteLength(texts[i]) + 1;
  }
  const values = new Array<string | null | undefined>(texts.length);
  for (let row = 0; row < batch.rows; row++) {
    const text = isValid(vector, row) ? typeOf(logical).text(vector as never, logical as never, row) : null;
    values[starts.get(batch.byteOffsets[row])!] = text;
  }
  return values;
}
