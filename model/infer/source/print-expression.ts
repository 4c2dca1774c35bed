/** Prints expressions as the formatter of this repository would: on one line where it fits, else broken. */
import { stringLiteral } from './literals.ts';

/** An expression. `code` is written as it is. */
export type Expression =
  | { readonly code: string }
  | { readonly call: string; readonly values: readonly Expression[] }
  | { readonly array: readonly Expression[] }
  | { readonly object: readonly (readonly [key: string, value: Expression])[] };

export const lineWidth = 110;

/** The expression of a value: texts, numbers, truth values, null, arrays and objects of them. */
export function expressionOf(value: unknown): Expression {
  if (typeof value === 'string') return { code: stringLiteral(value) };
  if (typeof value === 'bigint') return { code: `${value}n` };
  if (Array.isArray(value)) return { array: value.map(expressionOf) };
  if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return { object: members.map(([key, member]) => [key, expressionOf(member)]) };
  }
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError('a function has no literal');
  return { code: String(value) };
}

/** The expression on one line. */
export function flat(expression: Expression): string {
  if ('code' in expression) return expression.code;
  if ('call' in expression) return `${expression.call}(${expression.values.map(flat).join(', ')})`;
  if ('array' in expression) return `[${expression.array.map(flat).join(', ')}]`;
  if (expression.object.length === 0) return '{}';
  return `{ ${expression.object.map(([key, value]) => `${keyText(key)}: ${flat(value)}`).join(', ')} }`;
}

/**
 * The expression after `before` characters of a line that is indented by `indent`, with `after` characters behind it.
 */
export function print(expression: Expression, indent: number, before: number, after = 1): string {
  const line = flat(expression);
  if (before + widthOf(line) + after <= lineWidth || 'code' in expression) return line;
  const inner = indent + 2;
  const space = ' '.repeat(inner);
  const closing = ' '.repeat(indent);
  const items = (values: readonly Expression[]) =>
    values.map((value) => `${space}${print(value, inner, inner)},\n`).join('');
  if ('array' in expression && expression.array.length > 0 && expression.array.every(isNumber)) {
    return `[\n${filled(expression.array.map(flat), space)}\n${closing}]`;
  }
  if ('array' in expression)
    return expression.array.length === 0 ? '[]' : `[\n${items(expression.array)}${closing}]`;
  if ('object' in expression) return printObject(expression.object, indent);
  const { call, values } = expression;
  if (values.length === 0) return line;
  const last = values.at(-1)!;
  const others = values.slice(0, -1);
  const head = `${call}(${others.map((value) => `${flat(value)}, `).join('')}`;
  // An object at the end opens on the line of the call, unless another one comes before it.
  const isHugged =
    !('code' in last) && !others.some((value) => !('code' in value)) && before + widthOf(head) < lineWidth;
  if (isHugged) return `${head}${print(last, indent, Number.POSITIVE_INFINITY)})`;
  return `${call}(\n${items(values)}${closing})`;
}

function isNumber(expression: Expression): boolean {
  return 'code' in expression && /^-?\d/.test(expression.code);
}

/** Numbers stand side by side. */
function filled(numbers: readonly string[], space: string): string {
  const lines: string[] = [];
  let line = '';
  for (const number of numbers) {
    const longer = line === '' ? `${space}${number},` : `${line} ${number},`;
    if (line !== '' && longer.length > lineWidth) {
      lines.push(line);
      line = `${space}${number},`;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

function printObject(members: readonly (readonly [string, Expression])[], indent: number): string {
  if (members.length === 0) return '{}';
  const inner = indent + 2;
  const lines = members.map(([key, value]) => {
    const head = `${' '.repeat(inner)}${keyText(key)}: `;
    return `${head}${print(value, inner, widthOf(head))},\n`;
  });
  return `{\n${lines.join('')}${' '.repeat(indent)}}`;
}

function keyText(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : stringLiteral(key);
}

/** Columns that the text takes where letters have a fixed width: two for those of East Asia, none for accents. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (character <= '\u02ff') width += 1;
    else if (!/\p{M}/u.test(character))
      width +=
        /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}|[\u{20000}-\u{3fffd}]/u.test(
          character,
        )
          ? 2
          : 1;
  }
  return width;
}

/** The import of builders, on as many lines as it needs. */
export function importLine(names: readonly string[]): string {
  const line = `import { ${names.join(', ')} } from 'landfall';`;
  return line.length <= lineWidth
    ? line
    : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'landfall';`;
}
