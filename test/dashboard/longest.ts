/** A site whose names, texts and counts are as long as they may be, and one that has nothing. */
import type { DatasetDetail } from '../../platform/progress/dataset-detail.ts';
import type { FileProgress, ProgressMessage, SourceProgress } from '../../platform/progress/progress.ts';
import { fileOf, type ScriptedServer, snapshotOf, sourcesOf, workerOf } from './scripted.ts';

/** So many letters, of which none lets a line break. */
const unbroken = (letters: string, length: number) => letters.repeat(length).slice(0, length);
const identifier = (start: string) => `${start}_${unbroken('abcdefghij', 62 - start.length)}`;
const most = 987_654_321_098;
const time = (hour: number) => new Date(Date.UTC(2026, 9, 31, hour)).toISOString();

export const names = [
  `${unbroken('unbroken', 196)}.csv`,
  `${unbroken('выгрузкапоездок', 116)}.csv`,
  `${unbroken('נסיעותبيانات', 116)}.csv`,
  `${unbroken('🚲🧾👩‍👩‍👧‍👦', 110)}.csv`,
  `a folder/${unbroken('deep/', 60)}${unbroken('with spaces ', 120)}.csv`,
];
export const dataset = identifier('dataset');
const datasets = [dataset, ...Array.from({ length: 39 }, (_, i) => identifier(`set${i}`))];
const columns = Array.from({ length: 60 }, (_, i) => identifier(`column${i}`));
const error = {
  code: 'LF_REJECT_WHICH_HAS_A_LONG_NAME',
  message: `Column ${columns[0]}: ${unbroken('unbroken', 400)} ${unbroken('a word and another ', 1500)}`,
  fix: `Run \`landfall init ${names[0]}\`, or ${unbroken('do this and that, ', 300)}.`,
};

function files(): FileProgress[] {
  const rows = { parsed: most, loaded: most - 12_345_678, rejected: 12_345_678, deduplicated: 0 };
  const counts = {
    bytes: most,
    rows,
    chunks: 65_536,
    parts: 65_536,
    ...{ startedAt: time(1), landedAt: time(0) },
  };
  const running = { bytesCommitted: most / 2, bytesSeen: most / 2, chunksCommitted: 32_768 };
  const drift = {
    unknown: columns,
    missing: columns.slice(0, 9),
    reordered: true,
    renamed: [],
    suggested: [],
  };
  const findings = [{ name: columns[3], severity: 'warn' as const, detail: unbroken('{"value":1}', 300) }];
  return names.flatMap((name, i) => {
    const file = (fileId: number, more: Partial<FileProgress>) =>
      fileOf({ fileId: fileId * 10 + i, name, dataset: datasets[i], ...counts, ...more });
    const link = { kind: 'replaces' as const, fileId: 9, name };
    return [
      file(1, {
        state: 'loading',
        ...running,
        rowsPerSecond: most,
        bytesPerSecond: most,
        etaSeconds: 1e6,
        drift,
      }),
      file(2, { state: 'done', finishedAt: time(5), keyed: true, link, findings }),
      file(3, { state: 'failed', finishedAt: time(5), error }),
      file(4, { state: 'duplicate', finishedAt: time(5), error, link }),
      file(5, { state: 'undone', finishedAt: time(5) }),
      file(-1, { state: 'unknown', error, dataset: identifier('nobody') }),
    ];
  });
}

function sources(): SourceProgress[] {
  return Array.from({ length: 75 }, (_, i) =>
    sourcesOf(error).map((source, k) => ({
      ...{ ...source, dataset: datasets[i % 40], source: identifier(`source${i}x${k}`) },
      ...(source.cursor && { cursor: unbroken('cursor', 200) }),
      ...(source.missing.length > 0 && { missing: columns.slice(0, 8).map((name) => name.toUpperCase()) }),
    })),
  ).flat();
}

/** The state of a site at its limits. */
export function fullState(): ProgressMessage {
  const slot = { fileId: 10, chunkNumber: 65_535, bytesRead: 1, bytes: 2, rows: most } as const;
  const worker = (i: number) =>
    workerOf({
      ...{
        workerId: `w${i}`,
        host: i % 2 ? identifier('host') : `h${i}`,
        pid: 4_194_304,
        rowsPerSecond: most,
      },
      ...{ rssBytes: most, cpu: 128 },
      slots: [
        { ...slot, step: 'committing' },
        { ...slot, step: 'waiting', fileId: 14 },
      ],
    });
  const reject = { line: most, column: columns[0], code: 'LF_REJECT_FIELD_COUNT', message: error.message };
  const raw = unbroken('x', 4000) + unbroken('a,b c,', 4000);
  return snapshotOf({
    files: files(),
    sources: sources(),
    workers: Array.from({ length: 200 }, (_, i) => worker(i)),
    silent: [{ ...worker(201), heardAt: time(3) }],
    rejects: names.map((_, i) => ({ fileId: 10 + i, ...reject, raw })),
    outages: [{ with: 'database', since: time(3), ...error }],
    marts: [{ dataset, name: columns[1], since: time(3), ...error }],
    freshness: datasets.map((name) => ({
      ...{ dataset: name, state: 'missing' as const, window: time(1), due: time(2), since: time(2) },
      missed: 123_456,
    })),
    definitions: { datasets, broken: [{ dataset, file: `/srv/${names[0]}`, ...error }] },
  });
}

function datasetDetail(): DatasetDetail {
  const chart = null;
  const lookups = columns.slice(0, 20).map((name) => ({
    ...{ kind: 'lookup' as const, table: `dim_${name}`.slice(0, 63), key: `${name.slice(0, 59)}_key` },
    columns: columns.slice(0, 9),
  }));
  return {
    ...{
      name: dataset,
      description: unbroken('a long word and another ', 1000),
      version: unbroken('0a1b', 64),
    },
    ...{ mode: 'upsert', key: columns.slice(0, 8), partitionBy: columns.slice(0, 4) },
    columns: columns.map((name, i) => ({
      ...{ name, type: 'timestamp with time zone', required: i % 2 === 0, optional: i % 2 === 1 },
      ...{ computedOf: i % 7 === 6 ? columns.slice(0, 6) : null, readBy: [], lake: [name], partition: i < 4 },
      ...{ fact: i % 3 ? [name] : [`${name.slice(0, 59)}_key`], dimensions: [`dim_x.${name}`] },
    })),
    star: { schema: 'star', fact: `fact_${dataset}`.slice(0, 63), values: columns, dimensions: lookups },
    marts: columns.slice(0, 12).map((name, i) => ({
      ...{ name, kind: (['view', 'table', 'rollup'] as const)[i % 3], by: columns.slice(0, 6), chart },
      measures: columns.slice(0, 6).map((measure) => ({ name: measure, class: 'adds', why: error.message })),
      ...{ refreshedAt: time(1), behindSince: time(1), maxStaleSeconds: 1e7, error: i === 0 ? error : null },
    })),
    queries: columns.slice(0, 5).map((name) => ({
      ...{ name, description: unbroken('what it answers ', 600), sql: `select ${columns.join(', ')}`, chart },
      parameters: columns.slice(0, 6).map((name) => ({ name, type: 'text' as const, default: name })),
      path: `/api/datasets/${dataset}/queries/${name}`,
    })),
  };
}

const folder = `${dataset}/${columns
  .slice(0, 3)
  .map((column) => `${column}=${unbroken('value', 60)}`)
  .join('/')}`;

/** What the API answers of that site. */
export function answerFully({ answers }: ScriptedServer): void {
  const snapshot = fullState();
  if (snapshot.type !== 'snapshot') throw new Error('not a snapshot');
  const all = snapshot.state.files;
  const detail = datasetDetail();
  const answer = (path: string, said: unknown) => answers.set(path, said);
  answer('/api/about', { version: '0.1.0', landing: `/srv/${unbroken('landing/', 200)}`, datasets });
  answer('/api/files', { files: all.filter(({ fileId }) => fileId > 0), next: 'more' });
  const listed = {
    columns,
    fact: `fact_${dataset}`.slice(0, 63),
    dimensions: columns,
    marts: columns,
    queries: columns,
  };
  const { description, version } = detail;
  answer('/api/datasets', { datasets: datasets.map((name) => ({ name, description, version, ...listed })) });
  answer(`/api/datasets/${dataset}`, detail);
  answer(`/api/datasets/${dataset}/partitions`, {
    count: most,
    partitions: Array.from({ length: 12 }, (_, i) => ({
      folder: folder + i,
      parts: 65_536,
      rows: most,
      bytes: most,
    })),
  });
  const days = [1, 2, 3].map((day) => ({
    ...{ day: `2026-10-0${day}`, files: most, failed: most, rows: most, rejected: most, bytes: most },
  }));
  answer(`/api/datasets/${dataset}/loads`, { since: '2026-10-01T00:00:00.000Z', days });
  const row = Object.fromEntries(columns.map((name, i) => [name, i % 2 ? most : unbroken('value', 300)]));
  answer(detail.queries[0].path, { rows: [row, row], rowCount: 2, next: 'more', changed: true });
  for (const { dataset, source } of snapshot.state.sources) {
    const run = { ...sourcesOf(error)[1].last!, plannedAt: time(1), files: [] };
    answer(`/api/sources/${dataset}/${source}/runs`, {
      runs: Array.from({ length: 30 }, (_, i) => ({
        ...run,
        runId: i,
        window: { from: time(i), to: time(i + 1) },
      })),
    });
  }
  for (const file of all.filter(({ fileId }) => fileId > 0)) answerFile(answers, file);
}

function answerFile(answers: ScriptedServer['answers'], file: FileProgress): void {
  const path = `/api/files/${file.fileId}`;
  const { fileId, name } = file;
  const kinds = columns.slice(0, 12).map((column) => ({
    ...{ code: 'LF_REJECT_FIELD_COUNT', column, count: most, waiting: most - 1 },
  }));
  const check = { name: columns[0], ok: false, severity: 'warn', detail: error.message };
  const related = { fileId: 9, dataset: file.dataset, name, state: 'done' };
  const ended = file.state !== 'loading' && {
    ...{
      status: file.state,
      rows: file.rows,
      starRows: most,
      lakeRows: most,
      lakeBytes: most,
      parts: 65_536,
    },
    ...{
      bytes: most,
      chunks: 65_536,
      rejectsByCode: {},
      checks: [check, { ...check, ok: true }],
      seconds: 1e6,
    },
    ...{ rowsPerSecond: most, definitionVersion: unbroken('0a1b', 64), contentHash: unbroken('0a1b', 64) },
    ...{ startedAt: time(1), finishedAt: time(2), layout: null, drift: file.drift, rollups: [error.message] },
    marts: columns.slice(0, 3).map((mart) => ({ name: mart, since: time(3), due: null, error })),
    members: {
      differing: most,
      sample: [
        { table: columns[0], member: unbroken('m', 300), has: unbroken('h', 300), given: unbroken('g', 300) },
      ],
    },
  };
  answers.set(path, {
    ...{ ...file, url: `file:///srv/landing/${file.dataset}/${name}`, origin: 'landing', duplicateOf: 9 },
    ...{ contentHash: unbroken('0a1b', 64), definitionVersion: unbroken('0a1b', 64), layout: null },
    ...{ receipt: ended || null, rejectsByCode: {}, events: { current: most, superseded: most } },
  });
  const raw = unbroken('x', 4000) + unbroken('a,b c,', 4000);
  const rejects = [1, 2].map((rejectId) => ({
    ...{
      rejectId,
      byteOffset: most,
      line: most,
      column: columns[0],
      code: 'LF_REJECT_FIELD_COUNT',
      takenBy: 7,
    },
    ...{ message: error.message, raw, marks: [{ start: 10, end: 900, column: columns[0] }] },
  }));
  answers.set(`${path}/rejects`, { fileId, dataset: file.dataset, name, kinds, rejects, next: 'more' });
  answers.set(`${path}/lineage`, {
    ...{ fileId, from: { ...related, link: 'replaces' }, into: [{ ...related, link: 'follows' }] },
    ...{ related: [{ ...related, link: null }], next: null },
    chunks: [
      {
        ...{
          number: 65_535,
          state: 'committed',
          byteStart: most,
          byteEnd: most,
          lineStart: most,
          rows: file.rows,
        },
        ...{ sinks: { lake: { rows: most, bytes: most } }, events: { current: most, superseded: most } },
        parts: [{ path: `${folder}/${unbroken('part', 100)}.parquet`, rows: most, bytes: most }],
      },
    ],
  });
  const size = 2000;
  const each = <T>(value: T) => Array.from({ length: size }, () => value);
  answers.set(`${path}/chunks`, {
    ...{ fileId, since: time(1), at: time(3), workers: [`${identifier('host')}-4194304-aaaaaa`] },
    ...{ states: 'cpfu'.repeat(size / 4), bytes: each(most), rows: each(most), rejected: each(most) },
    ...{ worker: each(0), attempts: each(5), lost: each(4), claimedMs: each(1000), committedMs: each(2000) },
    errors: { 0: { code: error.code, message: error.message } },
  });
}
