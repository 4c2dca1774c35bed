/** What the README of an example shows: its named queries with their answers, and a chart of its main mart. */
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type AnswerRow, misfitOf } from '../../../dashboard/src/dataset/chart-shape.ts';
import type { CompiledChart, CompiledDataset } from '../../../model/compiled.ts';
import { chartOf } from '../../deploy/charts.ts';
import type { TestSite } from '../site.ts';

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface Shown {
  readonly rows: number;
  /** Parameters that differ from their defaults, by query. */
  readonly given: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const shown: Readonly<Record<string, Shown>> = {
  trips: {
    rows: 100_000,
    given: {
      weekly_average_in_box: { west: 14.4, south: 50.05, east: 14.5, north: 50.1 },
      similar_trips: { limit: 3 },
    },
  },
  citibike: {
    rows: 50_000,
    given: {
      station_hours: { station: 'Harbor Park' },
      popular_routes: { limit: 5 },
      rides_per_day: { from: '2017-02-01', to: '2017-02-05' },
    },
  },
  orders: {
    rows: 3_000,
    given: {
      order_history: { order: 1_000_024 },
      order_lines: { order: 1_000_024 },
      user: { user: 502 },
    },
  },
  store: {
    rows: 3_000,
    given: { customer_history: { customer: 20 } },
  },
  subscriptions: {
    rows: 500,
    given: { payments_of: { email: 'mary.bauer.229@example.com', limit: 5 } },
  },
  checkins: {
    rows: 20_000,
    given: {
      by_user: { user: 'ada', from: '2018-03-05', to: '2018-03-11', size: 5 },
      hours_by_project: { limit: 5 },
    },
  },
};

/** Charts that an example's queries and marts declare, and why their rows cannot be drawn so: null where they can. */
export async function chartFits(
  site: TestSite,
  example: string,
  datasets: readonly CompiledDataset[],
): Promise<Record<string, string | null>> {
  const fits: Record<string, string | null> = {};
  const judge = async (what: string, select: string, values: unknown[], chart: CompiledChart) => {
    const sql = `select coalesce(json_agg(one), '[]') as rows from (${select}) one`;
    const { rows } = (await site.database.pool.query<{ rows: AnswerRow[] }>(sql, values)).rows[0];
    fits[what] = rows.length < 2 ? 'there is nothing to draw' : misfitOf(rows, chart);
  };
  for (const { name: dataset, queries, charts, star } of datasets) {
    for (const { name, sql, parameters, chart } of queries) {
      const given = shown[example].given[name] ?? {};
      const values = parameters.map((parameter) => given[parameter.name] ?? parameter.default ?? null);
      if (chart) await judge(`${dataset}/${name}`, sql, values, chart);
    }
    for (const [name, chart] of Object.entries(charts))
      await judge(
        `${dataset}.${name}`,
        `select * from ${star!.schema}.${name} order by 1 limit 1000`,
        [],
        chart,
      );
  }
  return fits;
}

/** The named queries of an example's datasets with their answers, as a section of Markdown. */
export async function answers(
  site: TestSite,
  example: string,
  datasets: readonly CompiledDataset[],
): Promise<string> {
  const sections: string[] = [];
  for (const { name, description, sql, parameters } of datasets.flatMap(({ queries }) => queries)) {
    const given = shown[example].given[name] ?? {};
    const values = parameters.map((parameter) => given[parameter.name] ?? parameter.default ?? null);
    const asked = Object.entries(given).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
    const { rows, fields } = await site.database.pool.query(sql, values);
    const titles = fields.map((field) => field.name);
    const lines = rows.map((row) => fields.map((field) => cell(row[field.name], field.dataTypeID)));
    sections.push(
      `\`${name}${asked.length > 0 ? `?${asked.join('&')}` : ''}\`: ${description}\n\n${markdown(titles, lines)}`,
    );
  }
  return sections.join('\n\n');
}

/** Object id of the type date. */
const dateType = 1082;

function cell(value: unknown, type: number): string {
  if (value instanceof Date) return value.toISOString().slice(0, type === dateType ? 10 : undefined);
  return String(value ?? '');
}

function markdown(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A chart of stacked or grouped bars, as SVG that is legible on light and on dark pages. */
export async function chart(site: TestSite, example: string): Promise<string> {
  const { title, sql } = chartOf(example);
  const { rows, fields } = await site.database.pool.query({ text: sql, rowMode: 'array' });
  const cells = rows.map(([at, series, value]) => ({ at: label(fields[0].name, at), series, value }));
  const categories = [...new Set(cells.map(({ at }) => at))];
  const names = [...new Set(cells.map(({ series }) => series))];
  const values = new Map(cells.map(({ at, series, value }) => [`${at}\n${series}`, value]));
  const grey = '#7d8590';
  const axis = { axisLabel: { color: grey }, axisLine: { lineStyle: { color: grey } } };
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 300 });
  drawing.setOption({
    animation: false,
    color: ['#2f81f7', '#3fb950', '#d29922', '#a371f7', '#f85149'],
    title: { text: title, left: 8, textStyle: { color: grey, fontSize: 14 } },
    legend: { right: 8, top: 6, textStyle: { color: grey } },
    grid: { left: 56, right: 16, top: 52, bottom: 32 },
    xAxis: { type: 'category', data: categories, ...axis },
    yAxis: { type: 'value', splitLine: { lineStyle: { color: grey, opacity: 0.25 } }, ...axis },
    series: names.map((name) => ({
      type: 'bar',
      name,
      ...(example !== 'citibike' && { stack: 'all' }),
      data: categories.map((at) => values.get(`${at}\n${name}`) ?? 0),
    })),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${numberedByPlace(svg)}\n`;
}

/** `05 Mar`, `Mar 2026`, `08`: what stands below the bars of a `day`, a `week`, a `month` or an `hour`. */
function label(unit: string, at: Date | number): string {
  if (!(at instanceof Date)) return String(at).padStart(2, '0');
  const [, day, month, year] = /^\w+, (\d+) (\w+) (\d+)/.exec(at.toUTCString())!;
  return unit === 'month' ? `${month} ${year}` : `${day} ${month}`;
}

/** The library counts classes over all drawings of a process: here they are counted by their places in this one. */
function numberedByPlace(svg: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/zr\d+-cls-(\d+)/g, (_, number: string) => {
    if (!numbers.has(number)) numbers.set(number, numbers.size);
    return `zr-cls-${numbers.get(number)}`;
  });
}
