/** What `landfall init` prints of its findings. */
import { plural } from '../../../platform/plural.ts';
import type { FoundColumn } from '../contract.ts';
import type { FoundFetch } from '../fetched/contract.ts';
import type { FoundStar } from '../star/contract.ts';
import { type DefinitionInput, withType } from './definition-source.ts';
import { checksOf, count, evidenceOf, textsOf, typeLabel } from './evidence.ts';
import { fetchExpression } from './fetch-source.ts';
import { type JsonDefinitionInput, jsonChecks } from './json-source.ts';
import { stringLiteral, visible } from './literals.ts';
import { flat, widthOf } from './print-expression.ts';

/** Columns of a terminal that the lines fill at most. */
const terminalWidth = 100;
/** Columns of the file, and rejects, that are shown one by one. */
const columnsShown = 60;
const rejectsShown = 5;
/** Columns that are named before something that is said of all of them. */
const namesShown = 3;
/** Left column of the sections. */
const headWidth = 12;

/** Lines without line ends: rows, dialect, columns with type and evidence, star, partitions, rejects, what to check. */
export function summary(input: DefinitionInput): string[] {
  const { dataset, dialect, star, rowCount, whole } = input;
  const columns = input.columns.map((column) => withType(column, star));
  const read = whole ? plural(rowCount, 'row') : `about ${plural(rowCount, 'row')}, read in pieces`;
  const said = Object.entries(dialect.dialect).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? stringLiteral(value) : String(value)}`,
  );
  return [
    `${dataset}: ${read}, ${plural(columns.length, 'column')}`,
    ...section('dialect', [
      ...(said.length > 0 ? [said.join(', ')] : []),
      ...textsOf(dialect.remarks, 'evidence'),
    ]),
    ...section('columns', columnTable(columns)),
    ...(star.star === null ? section('star', ['none']) : starSection(star.star)),
    ...section(
      'partitions',
      star.partitions.length === 0 ? ['none: no date is in every row'] : [partitionText(input)],
    ),
    ...fetchSections(input.fetch),
    ...section('rejects', rejectTexts(input)),
    ...section('check', checkTexts(input, columns)),
  ].map((line) => clipped(line, terminalWidth));
}

/** Lines without line ends: source, mode, rejects, what to check of files of JSON. */
export function jsonSummary(input: JsonDefinitionInput): string[] {
  const { fetch } = input;
  const lines = [
    ...fetchSections(fetch),
    ...section('rejects', rejectTexts(input)),
    ...section('check', [...jsonChecks(input), ...fetchChecks(fetch)]),
  ];
  return lines.map((line) => clipped(line, terminalWidth));
}

function fetchSections(fetch: FoundFetch | undefined): string[] {
  if (fetch === undefined) return [];
  const { source, mode } = fetch;
  return [
    ...section('source', [callText(source.kind, source.options), ...textsOf(source.remarks, 'evidence')]),
    ...section('mode', [mode === null ? 'append' : callText(mode.mode, mode.options)]),
  ];
}

function callText(name: string, options: Readonly<Record<string, unknown>>): string {
  return flat({ call: name, values: [fetchExpression(options)] });
}

function fetchChecks(fetch: FoundFetch | undefined): string[] {
  return fetch === undefined
    ? []
    : textsOf([...fetch.source.remarks, ...(fetch.mode?.remarks ?? [])], 'check');
}

/** Lines behind the section's name; none for a section without lines. */
function section(name: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(headWidth)}${visible(line)}`);
}

function columnTable(columns: readonly FoundColumn[]): string[] {
  const shown = columns.slice(0, columnsShown);
  const names = Math.max(0, ...shown.map(({ name }) => name.length));
  const types = Math.max(0, ...shown.map(({ guess }) => typeLabel(guess).length));
  const lines = shown.map(
    (column) =>
      `${column.name.padEnd(names)}  ${typeLabel(column.guess).padEnd(types)}  ${evidenceOf(column)}`,
  );
  const rest = columns.length - shown.length;
  return rest > 0 ? [...lines, `and ${count(rest)} more`] : lines;
}

function starSection({ fact, dimensions, date, columns }: FoundStar): string[] {
  const tables = new Map<string, string[]>();
  for (const { table, role, attributes, natural } of dimensions) {
    const read = [...natural, ...attributes].map(({ column }) => column).join(', ');
    tables.set(table, [...(tables.get(table) ?? []), `${role}: ${read}`]);
  }
  if (date !== null) tables.set(date.table, [`${date.role}: days of ${date.column}`]);
  const width = Math.max(fact.length, ...[...tables.keys()].map((table) => table.length));
  const lines = [...tables].flatMap(([table, roles]) =>
    roles.map((role, i) => `${(i === 0 ? table : '').padEnd(width)}  ${role}`),
  );
  return section('star', [`${fact.padEnd(width)}  ${columns.join(', ')}`, ...lines]);
}

function partitionText({ star: { partitions } }: DefinitionInput): string {
  return `${partitions.map(({ name }) => name).join(', ')} of ${partitions[0].column}`;
}

function rejectTexts({
  rejects,
  rejectedRows = rejects.length,
}: Pick<DefinitionInput, 'rejects' | 'rejectedRows'>): string[] {
  if (rejectedRows === 0) return ['none'];
  const lines = rejects
    .slice(0, rejectsShown)
    .map(({ line, code, message }) => `line ${count(line)}: ${message} (${code})`);
  return [`${plural(rejectedRows, 'row')} will be rejected`, ...lines];
}

/** What to look at; columns of which the same is said stand together. */
function checkTexts({ dialect, star, fetch }: DefinitionInput, columns: readonly FoundColumn[]): string[] {
  const names = new Map<string, string[]>();
  for (const column of columns) {
    for (const text of checksOf(column)) names.set(text, [...(names.get(text) ?? []), column.name]);
  }
  return [
    ...textsOf(dialect.remarks, 'check'),
    ...[...names].map(
      ([text, of]) => `${of.length > namesShown ? plural(of.length, 'column') : of.join(', ')}: ${text}`,
    ),
    ...textsOf(star.remarks, 'check'),
    ...fetchChecks(fetch),
  ];
}

/** The text, cut to a width with an ellipsis at its end. */
function clipped(text: string, width: number): string {
  if (widthOf(text) <= width) return text.trimEnd();
  let kept = '';
  let used = 1;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}
