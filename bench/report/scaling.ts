/** Writes the tables of docs/operations/scaling.md from the results. */
import { bytes, count, duration } from '../../cli/terminal/format.ts';
import { type Costs, costsOf, type Prediction, predict, type Site, workerNetwork } from './model.ts';
import { type Plots, queuePlot, scalingPlot } from './plots.ts';
import type { QueueRun, Results, Stages } from './results.ts';
import { short } from './svg.ts';

const gigabit = 1e9 / 8;

/** The sites of the predictions. They are assumptions, not measurements, as the page says. */
const oneServer: Site = {
  name: 'one server',
  servers: 1,
  coresOfServer: 16,
  diskBytesPerSecond: 2e9,
  networkBytesPerSecond: 10 * gigabit,
};
export const sites: readonly Site[] = [
  oneServer,
  { ...oneServer, name: '4 servers', servers: 4 },
  { ...oneServer, name: '16 servers', servers: 16 },
  { ...oneServer, name: 'lake only', servers: 0 },
];

const workerCounts = [2, 8, 32, 128];
const rowCounts = [1e9, 1e10, 1e11];

/** The blocks of the page by the names of their marks. Empty without results. */
export function scalingBlocks({ stages, queue }: Results): Record<string, string> {
  if (stages === null || queue === null) return {};
  const costs = costsOf(stages, queue.runs);
  return {
    costs: costsTable(stages, costs),
    bytes: bytesTable(stages),
    queue: queueTable(queue.runs),
    predictions: predictionTables(costs),
    limits: limitsTable(costs),
  };
}

export function scalingPlots({ stages, queue }: Results): Plots {
  if (stages === null || queue === null) return {};
  return { ...queuePlot(queue.runs), ...scalingPlot(costsOf(stages, queue.runs), sites) };
}

const meanings: Readonly<Record<string, string>> = {
  scan: 'the file read once and hashed, its record borders found',
  read: 'range read again',
  parse: 'kernel: bytes to typed columns',
  enrich: 'vectorised TypeScript',
  lake: 'rows split by partition and gathered in columns',
  dimensions: 'natural keys to surrogate keys',
  encode: 'kernel: columns to binary COPY rows',
  copy: 'COPY rows to the socket',
  commit: 'Parquet pages encoded and written, end of COPY, ledger, renames',
  claim: 'claiming, opening the transaction, and what no stage was charged',
  server: 'PostgreSQL: COPY into the fact table, ledger, log, background writers',
};

function costsTable(stages: Stages, costs: Costs): string {
  const rows = Object.entries(stages.microsecondsOfCpu).map(
    ([name, value]) => `| ${name} | ${value.toFixed(3)} | ${meanings[name] ?? ''} |`,
  );
  const worker = costs.workerSeconds * 1e6;
  return `| stage | CPU µs per row | |
|---|---|---|
${rows.join('\n')}
| **a worker, all in all** | **${worker.toFixed(3)}** | w: ${count(1e6 / worker)} rows per second from one core |
| **the server** | **${(costs.serverSeconds * 1e6).toFixed(3)}** | p: ${count(1 / costs.serverSeconds)} rows per second from one core |

\`${stages.command}\` on ${stages.machine.cpu}; ${count(stages.rows)} trips, chunks of ${bytes(stages.chunkBytes)} = ${count(costs.rowsOfChunk)} rows.`;
}

function bytesTable({ bytes: measured }: Stages): string {
  const rows = [
    ['CSV', measured.csv, 'read twice: scan and load'],
    ['COPY rows on the wire', measured.wire, 'x'],
    ['fact table', measured.star, 's'],
    ['write-ahead log', measured.wal, 'l'],
    ['lake, Parquet', measured.lake, 'written once'],
  ] as const;
  return `| | bytes per row | |\n|---|---|---|\n${rows.map(([name, value, note]) => `| ${name} | ${value.toFixed(1)} | ${note} |`).join('\n')}`;
}

/** The table of the queue. A run that was cut off shows what it had done by then. */
export function queueTable(runs: readonly QueueRun[]): string {
  const figure = (value: number | null, digits: number) => (value === null ? '' : value.toFixed(digits));
  const costs = (run: QueueRun) => [
    ...[run.redisCpuMs, run.postgresCpuMs, run.coordinatorCpuMs, run.workerCpuMs].map((ms) => figure(ms, 2)),
    figure(run.redisCommands, 0),
    figure(run.postgresTransactions, 1),
  ];
  const rows = runs.map((run) => {
    const server = run.queue === 'redis' ? 'Redis' : 'PostgreSQL';
    const cells = [
      `${server}${run.ledger ? ' + ledger' : ''}`,
      run.workers,
      `${run.sleepMs} ms`,
      rateOf(run),
      run.idealChunksPerSecond === null ? '' : count(run.idealChunksPerSecond),
      ...(run.cutOff?.chunks === 0 ? Array(6).fill('') : costs(run)),
      run.connections === undefined ? '' : count(run.connections),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `| queue | workers | a chunk sleeps | chunks/s | sleep alone allows | Redis CPU ms | PostgreSQL CPU ms | coordinator CPU ms | worker CPU ms | Redis commands | writing transactions | clients of PostgreSQL |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`;
}

function rateOf({ chunksPerSecond, cutOff, chunks, workers, seconds }: QueueRun): string {
  if (cutOff === undefined) return count(chunksPerSecond);
  if (cutOff.workers < workers) return `cut off with ${cutOff.workers} of ${workers} workers connected`;
  return `${count(chunksPerSecond)}, cut off after ${Math.round(seconds)} s with ${count(cutOff.chunks)} of ${count(chunks)}`;
}

function predictionTables(costs: Costs): string {
  return sites
    .map((site) => {
      const rows = workerCounts.map((workers) => {
        const prediction = predict(costs, site, workers);
        const times = rowCounts.map((count) => longTime(count / prediction.rowsPerSecond));
        return `| ${workers} | ${short(prediction.rowsPerSecond)} | ${prediction.limit} | ${times.join(' | ')} |`;
      });
      return `**${site.name}**

| workers | rows/s | limited by | 1 billion rows | 10 billion | 100 billion |
|---|---|---|---|---|---|
${rows.join('\n')}`;
    })
    .join('\n\n');
}

function longTime(seconds: number): string {
  return seconds < 86_400 ? duration(Math.round(seconds)) : `${(seconds / 86_400).toFixed(1)} days`;
}

function limitsTable(costs: Costs): string {
  const { limits } = predict(costs, oneServer, 1);
  const at = (name: Prediction['limit']) => {
    const workers = Math.ceil(limits[name] / limits.workers);
    return `| ${name} | ${short(limits[name])} | ${count(workers)} |`;
  };
  const names = ['server CPU', 'server network', 'server disk', 'queue and ledger'] as const;
  const network = workerNetwork(costs);
  return `| limit of one server | rows/s | number of workers that reach it |
|---|---|---|
${names.map(at).join('\n')}

A worker with files and lake in object storage transfers ${bytes(network)} per second (${((network * 8) / 1e9).toFixed(1)} Gbit/s): a machine with a 10 Gbit/s network feeds ${Math.floor((10 * gigabit) / network)} workers.`;
}
