/** Compiles the charts of marts and queries. */
import type { CompiledChart, CompiledMart } from '../compiled.ts';
import type { Chart } from '../language/charts.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { didYouMean, shown } from '../words.ts';
import type { Mistakes } from './mistakes.ts';

/** More lines than this cannot be told apart. */
export const linesMost = 4;

const fixes = {
  kind: "Use lines({ x: 'week', y: 'trips' }) or bars({ x: 'region', y: 'trips' })",
  x: "Name the column along which it is drawn: { x: 'week' }",
  y: "Name a column of numbers, or several: { y: 'trips' }",
} as const;

/** `columns`: those that the rows have; null where only the database knows them. Null if there are mistakes. */
export function compileChart(
  chart: Chart,
  place: string,
  columns: readonly string[] | null,
  mistakes: Mistakes,
): CompiledChart | null {
  const { kind, x, series = null } = chart;
  const before = mistakes.count;
  const y: readonly string[] = Array.isArray(chart.y) ? chart.y : [chart.y];
  if (kind !== 'lines' && kind !== 'bars')
    mistakes.add(place, `there is no chart ${shown(kind)}`, fixes.kind);
  if (!isName(x)) mistakes.add(`${place}.x`, `${shown(x)} is not a column`, fixes.x);
  if (y.length === 0 || !y.every(isName))
    mistakes.add(`${place}.y`, `${shown(chart.y)} names no columns`, fixes.y);
  if (series !== null && !isName(series))
    mistakes.add(
      `${place}.series`,
      `${shown(series)} is not a column`,
      "Name a column: { series: 'region' }",
    );
  if (mistakes.count > before) return null;
  checkShape({ kind, x, y, series }, place, mistakes);
  const used: [string, string][] = [['x', x], ...y.map((name): [string, string] => ['y', name])];
  if (series !== null) used.push(['series', series]);
  for (const [member, name] of used) {
    if (columns === null || columns.includes(name)) continue;
    mistakes.add(`${place}.${member}`, `there is no column ${name}`, didYouMean(name, columns));
  }
  return mistakes.count > before ? null : { kind, x, y, series };
}

function checkShape({ kind, x, y, series }: CompiledChart, place: string, mistakes: Mistakes): void {
  const names = [x, ...y, ...(series === null ? [] : [series])];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) mistakes.add(place, `it uses ${twice} twice`, 'Use each column for one thing');
  if (y.length > 1 && series !== null)
    mistakes.add(place, 'it has a series and several columns y', 'Leave out series, or all but one column');
  if (y.length > 1 && kind === 'bars')
    mistakes.add(`${place}.y`, 'a bar has one length', 'Name one column, or draw lines');
  if (y.length > linesMost)
    mistakes.add(`${place}.y`, `${y.length} lines cannot be told apart`, `Name ${linesMost} columns at most`);
}

/** The charts of marts, by the mart's name. They are no part of a mart: what is stored does not depend on them. */
export function compileMartCharts(
  source: DatasetDefinition,
  marts: readonly CompiledMart[],
  mistakes: Mistakes,
): Readonly<Record<string, CompiledChart>> {
  const charts = marts.flatMap((mart): [string, CompiledChart][] => {
    const chart = source.marts?.[mart.name]?.chart;
    if (chart === undefined) return [];
    const columns = mart.kind === 'rollup' ? [...mart.by, ...mart.measures].map(({ name }) => name) : null;
    const compiled = compileChart(chart, `marts.${mart.name}.chart`, columns, mistakes);
    return compiled === null ? [] : [[mart.name, compiled]];
  });
  return Object.fromEntries(charts);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
