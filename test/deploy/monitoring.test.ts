/** The alert rules, the dashboard and the runbooks, compared with the metrics, labels, codes and commands that exist. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../cli/program.ts';
import { metricTable } from '../../coordinator/metrics/metric-table.ts';
import { errorTable } from '../../platform/errors/errors.ts';
import { root } from '../cli/run.ts';
import { readExpression } from './promql.ts';

const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const { groups } = parse(read('deploy/monitoring/alerts.yaml')) as {
  groups: { name: string; rules: Rule[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);

const sdk = read('deploy/monitoring/traces.mjs');

/** Labels that Prometheus adds to everything that it scrapes. */
const ofScrapes = ['job', 'instance'];
const foreign: Readonly<Record<string, readonly string[]>> = { up: [], process_resident_memory_bytes: [] };
const labelsOf = (metric: string) => foreign[metric] ?? metricTable[metric.replace(/^landfall_/, '')]?.labels;

/** What an expression says that no metric has. */
function mistakesOf(expression: string): string[] {
  const { errors, selected, grouped } = readExpression(expression);
  const known = new Set([...ofScrapes, ...selected.flatMap(({ metric }) => labelsOf(metric) ?? [])]);
  return [
    ...errors,
    ...selected
      .filter(({ metric }) => labelsOf(metric) === undefined)
      .map(({ metric }) => `metric ${metric}`),
    ...selected.flatMap(({ metric, labels }) =>
      labels
        .filter((label) => ![...ofScrapes, ...(labelsOf(metric) ?? [])].includes(label))
        .map((label) => `label ${label} of ${metric}`),
    ),
    ...grouped.filter((label) => !known.has(label)).map((label) => `label ${label}`),
  ];
}

describe('mistakes in expressions', () => {
  it.each([
    ['landfall_leader == 1', []],
    ['sum by (state) (landfall_files{job="$job",state!="done"})', []],
    ['landfall_leaders == 1', ['metric landfall_leaders']],
    ['landfall_files{status="done"}', ['label status of landfall_files']],
    ['sum by (dataset) (landfall_files)', ['label dataset']],
    ['landfall_workers and on (host) landfall_leader', ['label host']],
  ])('%s', (expression, mistakes) => {
    expect(mistakesOf(expression)).toEqual(mistakes);
  });

  it.each(['landfall_files{', 'sum(landfall_files', 'landfall_files =! 1'])(
    '%s is not valid',
    (expression) => {
      expect(readExpression(expression).errors).not.toEqual([]);
    },
  );
});

describe('alerts', () => {
  it('cover what an operator has to know', () => {
    const named = new Set(
      alerts.flatMap(({ expr }) => readExpression(expr).selected.map(({ metric }) => metric)),
    );
    // How much there is, and what the dashboard shows beside it, alerts nobody.
    const quiet = [
      ...['rows', 'landed_bytes', 'rows_per_second', 'chunks', 'queue_jobs', 'marts_failing'],
      ...['dataset_missed_windows', 'dataset_due_seconds', 'source_runs_waiting', 'progress_clients'],
      'webhook_deliveries',
    ];
    const alerting = Object.keys(metricTable).filter((name) => !quiet.includes(name));
    expect(alerting.filter((name) => !named.has(`landfall_${name}`))).toEqual([]);
  });

  it.each(alerts.map((rule) => [rule.alert, rule] as const))('%s', (name, { expr, labels, annotations }) => {
    expect(name).toMatch(/^Landfall[A-Z]\w+$/);
    expect(mistakesOf(expr)).toEqual([]);
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.runbook).toBe(`docs/operations/runbooks.md#${name.toLowerCase()}`);
    // A label that the result does not have would be shown as nothing.
    const { selected, grouped } = readExpression(expr);
    const shown = new Set([
      ...ofScrapes,
      ...(/\bby\b/.test(expr) ? grouped : selected.flatMap(({ metric }) => labelsOf(metric) ?? [])),
    ]);
    for (const [, label] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      expect(shown, label).toContain(label);
  });
});

describe('runbooks', () => {
  const sections = new Map(
    read('docs/operations/runbooks.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
  );

  it('has one for each alert, in the same order', () => {
    expect([...sections.keys()]).toEqual(alerts.map(({ alert }) => alert));
  });

  it.each([...sections])('%s says what it means, where to look and what to do', async (_, section) => {
    for (const part of ['**Means.**', '**Look at**', '**Do.**']) expect(section.split(part)).toHaveLength(2);
    for (const [code] of section.matchAll(/\bLF_\w+/g)) expect(errorTable).toHaveProperty(code);
    for (const [name] of section.matchAll(/\blandfall_\w+/g)) expect(labelsOf(name), name).toBeDefined();
    const commands = (await buildProgram()).commands.map((command) => command.name());
    for (const [, name] of section.matchAll(/`landfall (\w+)/g)) expect(commands).toContain(name);
    for (const [, alert] of section.matchAll(/\]\(#(\w+)\)/g))
      expect([...sections.keys()].map((name) => name.toLowerCase())).toContain(alert);
  });
});

describe('the dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  }
  const dashboard = JSON.parse(read('deploy/monitoring/grafana/dashboard.json'));
  const panels: Panel[] = dashboard.panels;
  const shows = panels.filter(({ type }) => type !== 'row');

  it.each(shows.map((panel) => [panel.title, panel] as const))('%s asks for what exists', (_, panel) => {
    expect(panel.datasource?.uid).toBe(`\${datasource}`);
    for (const { expr, legendFormat = '' } of panel.targets!) {
      expect(mistakesOf(expr)).toEqual([]);
      // One dashboard for many pools.
      for (const { labels } of readExpression(expr).selected) expect(labels).toContain('job');
      const labels = readExpression(expr).selected.flatMap(({ metric }) => labelsOf(metric) ?? []);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect([...ofScrapes, ...labels], legendFormat).toContain(label);
    }
  });

  it('has panels of their own number and place, and the variables that they use', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toEqual([
      'datasource',
      'job',
    ]);
  });
});

it('the SDK for traces is that which the page installs', () => {
  const packages = [...sdk.matchAll(/@opentelemetry.[a-z-]+/g)].map(([name]) => name);
  expect(new Set(packages)).toEqual(new Set(['@opentelemetry/sdk-node']));
  expect(read('docs/operations/README.md')).toContain(`npm install ${packages[0]}\n`);
});
