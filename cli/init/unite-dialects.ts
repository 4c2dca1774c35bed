/** One dialect for several files: what differs is left to each file. */
import type { Exploration } from '../../coordinator/explore/explore-file.ts';
import type { FoundDialect, Remark } from '../../model/infer/contract.ts';
import type { Dialect } from '../../model/language/define.ts';

/** Members that a definition can leave to the file, with what they are if they are left out. */
const open = {
  delimiter: ',',
  quote: '"',
  escape: null,
  header: true,
  lineEnds: 'auto',
  comment: null,
  skipLines: 0,
  encoding: 'utf-8',
} as const;

export function uniteDialects(explorations: readonly Exploration[]): FoundDialect {
  const [first] = explorations;
  if (explorations.length === 1) return first;
  const dialects = explorations.map(({ dialect }) => dialect);
  const united: Record<string, unknown> = {};
  const different: string[] = [];
  for (const [name, usual] of Object.entries(open)) {
    const values = new Set(dialects.map((dialect) => dialect[name as keyof typeof open] ?? usual));
    const [value] = values;
    if (values.size > 1) different.push(name);
    const said = values.size > 1 ? 'auto' : value;
    if (said !== usual || name === 'delimiter') united[name] = said;
  }
  const remarks: Remark[] = explorations.flatMap((exploration) => exploration.remarks);
  if (different.length > 0)
    remarks.push({ kind: 'evidence', text: `the files differ in ${different.join(', ')}` });
  const dialect: Dialect = {
    ...united,
    ...(dialects.some(({ trim }) => trim) && { trim: true }),
    ...(dialects.some(({ shortRows }) => shortRows === 'pad') && { shortRows: 'pad' }),
    ...(dialects.some(({ longRows }) => longRows === 'truncate') && { longRows: 'truncate' }),
    ...(dialects.some(({ blankRows }) => blankRows === 'skip') && { blankRows: 'skip' }),
    ...sameInAll(dialects, 'headerRows'),
    ...sameInAll(dialects, 'skipFooterLines'),
  };
  const once = new Map(remarks.map((remark) => [remark.text, remark]));
  const { header } = explorations.find((exploration) => exploration.header !== null) ?? first;
  return { ...first, header, dialect, remarks: [...once.values()] };
}

/** A member that can only be a number, if all files agree. Others fail, or their notes are rejected. */
function sameInAll(dialects: readonly Dialect[], name: 'headerRows' | 'skipFooterLines'): Dialect {
  const [first, ...others] = dialects.map((dialect) => dialect[name]);
  return first !== undefined && others.every((other) => other === first) ? { [name]: first } : {};
}
