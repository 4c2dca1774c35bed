/** The files of deploy/superset/warehouse, as Superset exports them: the warehouse, and a dashboard for each chart. */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Chart } from './charts.ts';

const version = '1.0.0';
/** Columns that are instants, and how they are grouped. */
const grains: Readonly<Record<string, string>> = { day: 'P1D', week: 'P1W', month: 'P1M' };

/** Contents by the paths below the folder. */
export function supersetAssets(
  charts: readonly (readonly [name: string, chart: Chart])[],
): Map<string, string> {
  const files = new Map<string, unknown>([
    ['metadata.yaml', { version, type: 'Dashboard', timestamp: '2026-01-01T00:00:00+00:00' }],
    ['databases/Landfall.yaml', database],
  ]);
  for (const [name, chart] of charts) {
    files.set(`datasets/Landfall/${name}.yaml`, dataset(name, chart));
    files.set(`charts/${name}.yaml`, slice(name, chart));
    files.set(`dashboards/${name}.yaml`, dashboard(name, chart));
  }
  return new Map([...files].map(([path, content]) => [path, stringify(content, { lineWidth: 0 })]));
}

/** The same for the same words, so that an import replaces what it made before. */
function uuid(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const database = {
  database_name: 'Landfall',
  sqlalchemy_uri: 'postgresql+psycopg2://landfall_reader@postgres:5432/landfall',
  cache_timeout: null,
  expose_in_sqllab: true,
  allow_run_async: false,
  allow_ctas: false,
  allow_cvas: false,
  allow_dml: false,
  allow_csv_upload: false,
  extra: {
    allows_virtual_table_explore: true,
    metadata_params: {},
    engine_params: {},
    schemas_allowed_for_csv_upload: [],
  },
  uuid: uuid('database'),
  version,
};

function dataset(name: string, { title, sql, columns: [at, series, value] }: Chart) {
  const column = (column_name: string, type: string, more = {}) => ({
    ...{
      column_name,
      verbose_name: null,
      is_dttm: false,
      is_active: true,
      type,
      groupby: true,
      filterable: true,
    },
    ...{ expression: null, description: null, python_date_format: null, ...more },
  });
  const isTime = at in grains;
  return {
    table_name: name,
    main_dttm_col: isTime ? at : null,
    description: title,
    default_endpoint: null,
    offset: 0,
    cache_timeout: null,
    schema: 'star',
    sql,
    params: null,
    template_params: null,
    filter_select_enabled: true,
    fetch_values_predicate: null,
    extra: null,
    uuid: uuid('dataset', name),
    metrics: [],
    columns: [
      column(at, isTime ? 'DATE' : 'SMALLINT', { is_dttm: isTime }),
      column(series, 'TEXT'),
      column(value, 'DOUBLE PRECISION'),
    ],
    version,
    database_uuid: database.uuid,
  };
}

function slice(name: string, { title, columns: [at, series, value] }: Chart) {
  const metric = {
    expressionType: 'SQL',
    sqlExpression: `SUM("${value}")`,
    label: value,
    hasCustomLabel: true,
  };
  return {
    slice_name: `${name}: ${title}`,
    description: null,
    certified_by: null,
    certification_details: null,
    viz_type: 'echarts_timeseries_bar',
    params: {
      viz_type: 'echarts_timeseries_bar',
      x_axis: at,
      ...(at in grains
        ? { time_grain_sqla: grains[at] }
        : { xAxisForceCategorical: true, x_axis_sort_asc: true }),
      metrics: [metric],
      groupby: [series],
      adhoc_filters: [],
      row_limit: 10_000,
      stack: 'Stack',
      show_legend: true,
      rich_tooltip: true,
      y_axis_format: 'SMART_NUMBER',
      x_axis_time_format: 'smart_date',
    },
    query_context: null,
    cache_timeout: null,
    uuid: uuid('chart', name),
    version,
    dataset_uuid: uuid('dataset', name),
  };
}

function dashboard(name: string, { title }: Chart) {
  const meta = {
    chartId: 1,
    height: 60,
    sliceName: `${name}: ${title}`,
    uuid: uuid('chart', name),
    width: 12,
  };
  return {
    dashboard_title: `${name}: ${title}`,
    description: null,
    css: '',
    slug: name,
    uuid: uuid('dashboard', name),
    position: {
      DASHBOARD_VERSION_KEY: 'v2',
      ROOT_ID: { children: ['GRID_ID'], id: 'ROOT_ID', type: 'ROOT' },
      GRID_ID: { children: ['ROW-1'], id: 'GRID_ID', parents: ['ROOT_ID'], type: 'GRID' },
      HEADER_ID: { id: 'HEADER_ID', meta: { text: `${name}: ${title}` }, type: 'HEADER' },
      'ROW-1': {
        ...{ children: ['CHART-1'], id: 'ROW-1', parents: ['ROOT_ID', 'GRID_ID'], type: 'ROW' },
        meta: { background: 'BACKGROUND_TRANSPARENT' },
      },
      'CHART-1': {
        children: [],
        id: 'CHART-1',
        meta,
        parents: ['ROOT_ID', 'GRID_ID', 'ROW-1'],
        type: 'CHART',
      },
    },
    metadata: {
      color_scheme: '',
      refresh_frequency: 0,
      expanded_slices: {},
      timed_refresh_immune_slices: [],
    },
    version,
  };
}
