/** The trace of a file through the processes of a command, with an SDK that records spans; and nothing without one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { submitted } from '../../../platform/queue/traced-jobs.ts';
import { beginFileTrace, traceOfFile } from '../../../platform/traces/file-traces.ts';
import { beginSpan, flushSpans, inSpan } from '../../../platform/traces/tracing.ts';
import { landfall } from '../../cli/run.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

const preload = fileURLToPath(new URL('record-spans.mjs', import.meta.url));

interface Recorded {
  readonly pid: number;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number };
  readonly linked: readonly string[];
}

const definition = `import { defineDataset, integer } from 'landfall';
export default defineDataset({
  name: 'numbers',
  columns: { n: integer({ required: true }) },
  star: { fact: 'fact_number', columns: ['n'] },
});`;

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

/** Ingests files of these texts, and returns the spans of all processes. */
async function ingested(...texts: string[]): Promise<{ code: number | null; spans: Recorded[] }> {
  const cwd = tempFolder();
  const names = texts.map((text, i) => {
    writeFileSync(join(cwd, `numbers-${i}.csv`), text);
    return `numbers-${i}.csv`;
  });
  writeFileSync(join(cwd, 'numbers.ts'), definition);
  const env = {
    ...{ DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: './numbers.ts' },
    ...{ NODE_OPTIONS: `--import ${preload}`, SPANS: join(cwd, 'spans') },
  };
  writeFileSync(env.SPANS, '');
  const { code } = await landfall(['ingest', ...names, '--dataset', 'numbers'], { cwd, env });
  const lines = readFileSync(env.SPANS, 'utf8').trimEnd().split('\n');
  return { code, spans: lines.map((line) => JSON.parse(line)) };
}

const producer = 3;
const consumer = 4;
const failed = 2;

describe('with an SDK', () => {
  it('one file has one trace, from the coordinator over the queue to the COPY of a worker', async () => {
    const { code, spans } = await ingested('n\n1\n2\n3\n');
    expect(code).toBe(0);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const of = (name: string) => spans.find((span) => span.name === name)!;
    const names = ['file', 'plan', 'submit', 'chunk', 'copy', 'commit', 'finalise'];
    expect(spans.map(({ name }) => name).sort()).toEqual([...names].sort());
    const above = {
      file: null,
      plan: 'file',
      submit: 'file',
      chunk: 'file',
      copy: 'chunk',
      commit: 'chunk',
      finalise: 'file',
    };
    for (const [name, parent] of Object.entries(above))
      expect(of(name).parentId, name).toBe(parent === null ? null : of(parent).spanId);
    const { pid } = of('file');
    expect(
      spans
        .filter((span) => span.pid === pid)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['file', 'finalise', 'plan', 'submit']);
    expect(new Set(['chunk', 'copy', 'commit'].map((name) => of(name).pid)).size).toBe(1);
    expect([of('submit').kind, of('chunk').kind]).toEqual([producer, consumer]);
    expect(of('copy').attributes).toMatchObject({ 'db.collection.name': 'fact_number', 'landfall.rows': 3 });
    expect(of('file').attributes).toMatchObject({
      ...{
        'landfall.file.name': 'numbers-0.csv',
        'landfall.dataset': 'numbers',
        'landfall.file.state': 'done',
      },
    });
  });

  it('files that are loaded as a group have traces of their own, which the spans of the group link to', async () => {
    const { code, spans } = await ingested('n\n1\n', 'n\n2\n', 'n\n3\n');
    expect(code).toBe(0);
    const files = spans.filter(({ name }) => name === 'file').map(({ traceId }) => traceId);
    expect(new Set(files).size).toBe(3);
    const groups = spans.filter(({ name }) => name === 'group');
    const chunks = spans.filter(({ name }) => name === 'chunk');
    const loaded = [...groups.flatMap(({ linked }) => linked), ...chunks.map(({ traceId }) => traceId)];
    expect([...new Set(loaded)].sort()).toEqual(files.sort());
  });

  it('what fails says so with its code', async () => {
    const { code, spans } = await ingested('m\n1\n');
    expect(code).toBe(1);
    const plan = spans.find(({ name }) => name === 'plan')!;
    expect(plan.status.code).toBe(failed);
    expect(plan.attributes['error.type']).toMatch(/^LF_/);
    expect(spans.find(({ name }) => name === 'file')?.attributes).toMatchObject({
      'landfall.file.state': 'failed',
    });
  });
});

describe('without an SDK', () => {
  it('nothing is kept, and jobs are submitted as they are', async () => {
    expect(Symbol.for('opentelemetry.js.api.1') in globalThis).toBe(false);
    beginFileTrace({ fileId: 1, dataset: 'numbers', name: 'a.csv', bytes: 1 });
    expect(traceOfFile(1)).toBeUndefined();
    expect(beginSpan('copy')).toBe(beginSpan('file'));
    const jobs = [{ fileId: 1, number: 0, byteStart: 0, byteEnd: 1 }];
    expect(await submitted(jobs, async (same) => same)).toBe(jobs);
    const refused = inSpan('chunk', {}, async () => {
      throw new Error('as it is');
    });
    await expect(refused).rejects.toThrow('as it is');
    await flushSpans();
  });
});
