/** Compiles checks: what their SQL names of a file becomes names of relations. */
import type { CompiledCheck, CompiledStar } from '../compiled.ts';
import type { Check } from '../language/checks.ts';
import type { DatasetDefinition } from '../language/define.ts';
import type { SqlText } from '../language/star.ts';
import { didYouMean, shown } from '../words.ts';
import { textOf } from './compile-sql.ts';
import type { Mistakes } from './mistakes.ts';

const severities = ['block', 'warn', 'info'] as const;
const kinds = ['file', 'groups', 'star'] as const;

/** The relations that the SQL of a check reads. Whoever runs it defines them. */
export const checkRelations = { facts: 'landfall_facts', touched: 'landfall_touched' } as const;

export function compileChecks(
  source: DatasetDefinition,
  star: CompiledStar | null,
  mistakes: Mistakes,
): CompiledCheck[] {
  return Object.entries(source.checks ?? {}).map(([name, written]) => {
    const place = `checks.${name}`;
    if (!isCheck(written)) return { name, sql: textOf(written, place, mistakes) };
    const { severity, over } = written;
    oneOf(severity, severities, `${place}.severity`, mistakes);
    oneOf(over, kinds, `${place}.over`, mistakes);
    const sql = bound(textOf(written.sql, place, mistakes), over, star, place, mistakes);
    return { name, sql, ...(severity !== 'block' && { severity }), ...(over !== 'star' && { over }) };
  });
}

function isCheck(written: SqlText | Check): written is Check {
  return typeof written === 'object' && 'kind' in written && written.kind === 'check';
}

function oneOf(value: string, known: readonly string[], place: string, mistakes: Mistakes): void {
  if (!known.includes(value))
    mistakes.add(place, `there is no ${shown(value)}`, `Say ${known.map((one) => `'${one}'`).join(', ')}`);
}

/** Comments, strings, quoted names and dollar quotes, in which braces mean nothing; and what is in braces. */
const pieces =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|\{([^{}]*)\}/g;

function bound(
  text: string,
  over: Check['over'],
  star: CompiledStar | null,
  place: string,
  mistakes: Mistakes,
): string {
  const used = new Set<string>();
  const sql = text.replace(pieces, (whole, _tag, name: string | undefined) => {
    if (name === undefined) return whole;
    const touched = /^\s*touched\s*\(([^()]*)\)\s*$/.exec(name);
    if (touched !== null) used.add('touched');
    else if (name.trim() === 'facts') used.add('facts');
    else {
      mistakes.add(place, `its SQL has ${whole}, which means nothing`, 'Say {facts} or {touched(column)}');
      return whole;
    }
    return touched === null ? checkRelations.facts : condition(touched[1], star, place, mistakes);
  });
  if (text === '') return sql;
  const needed = { file: 'facts', groups: 'touched', star: null }[over] ?? null;
  if (over === 'star' && used.size > 0)
    mistakes.add(place, 'it is about the star, but its SQL names the file', "Say over: 'file' or 'groups'");
  if (needed !== null && !used.has(needed))
    mistakes.add(
      place,
      over === 'file' ? 'its SQL does not read {facts}' : 'its SQL does not say which groups are touched',
      over === 'file'
        ? 'Select from {facts}, the rows of the file'
        : 'Say where {touched(column)}: the columns that make a group',
    );
  return sql;
}

/** `f.a, b` → true where the file touches the group (a, b). */
function condition(list: string, star: CompiledStar | null, place: string, mistakes: Mistakes): string {
  const columns = list.split(',').map((column) => column.trim());
  const names = columns.map((column) => column.split('.').at(-1)!.replaceAll('"', ''));
  const known = (star?.columns ?? []).map(({ name }) => name).filter((name) => !name.startsWith('_'));
  for (const name of names) {
    if (!known.includes(name))
      mistakes.add(place, `touched: the fact table has no column ${shown(name)}`, didYouMean(name, known));
  }
  const inside = names.map((name) => `"${name}"`).join(', ');
  return `(${columns.join(', ')}) in (select ${inside} from ${checkRelations.touched})`;
}
