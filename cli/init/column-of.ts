/** The column that a guess describes, as a definition would make it. */

import * as language from '../../model/index.ts';
import type { ColumnGuess } from '../../model/infer/contract.ts';
import type { Column } from '../../model/language/columns.ts';

type Builder = (...args: unknown[]) => Column;

export function columnOf(
  { type, digits, options, nulls }: ColumnGuess,
  more: { optional?: true } = {},
): Column {
  const build = (language as unknown as Record<string, Builder>)[type];
  return build(...(digits ?? []), {
    ...options,
    ...more,
    ...(nulls.length > 0 && { nulls: ['', ...nulls] }),
  });
}
