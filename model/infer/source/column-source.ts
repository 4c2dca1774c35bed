/** The lines of one column: a builder with what was found, and beside it what that rests on. */
import type { FoundColumn } from '../contract.ts';
import { commentLines } from './comments.ts';
import { checksOf, evidenceOf, isRequired } from './evidence.ts';
import { visible } from './literals.ts';
import { type Expression, expressionOf, lineWidth, print, widthOf } from './print-expression.ts';

/** `price: numeric(10, 2, { required: true }), // 40 of 40 rows; …`, after `check:` lines. */
export function columnLines(column: FoundColumn, indent: number): string[] {
  const head = `${' '.repeat(indent)}${column.name}: `;
  const code = `${head}${print(builderCall(column), indent, widthOf(head))},`;
  const checks = checksOf(column).flatMap((text) => commentLines(`check: ${text}`, indent));
  const fitting = [evidenceOf(column), evidenceOf(column, true)]
    .map((evidence) => `${code} // ${visible(evidence)}`.trimEnd())
    .find((line) => widthOf(line) <= lineWidth);
  if (!code.includes('\n') && fitting !== undefined) return [...checks, fitting];
  return [...commentLines(evidenceOf(column), indent), ...checks, ...code.split('\n')];
}

function builderCall(column: FoundColumn): Expression {
  const { type, digits = [] } = column.guess;
  const options = optionsOf(column);
  const values = [
    ...digits.map(expressionOf),
    ...(options.length > 0 ? [expressionOf(Object.fromEntries(options))] : []),
  ];
  return { call: type, values };
}

/** Options in the order in which they are written. */
function optionsOf(column: FoundColumn): [string, unknown][] {
  const { guess, aliases, optional } = column;
  // A text column with nulls of its own no longer has those of the dataset: the empty text.
  const nulls = guess.type === 'text' && guess.nulls.length > 0 ? ['', ...guess.nulls] : guess.nulls;
  return [
    ...(isRequired(column) ? [['required', true] as [string, unknown]] : []),
    ...(optional ? [['optional', true] as [string, unknown]] : []),
    ...(nulls.length > 0 ? [['nulls', nulls] as [string, unknown]] : []),
    ...Object.entries(guess.options).filter(([, value]) => value !== undefined),
    ...(aliases.length > 0 ? [['aliases', aliases] as [string, unknown]] : []),
  ];
}
