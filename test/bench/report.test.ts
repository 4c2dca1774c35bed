/** What is written from the results, against the results. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contests, defaultLetters, groupsOf } from '../../bench/contests/index.ts';
import { manyFilesBound } from '../../bench/report/many-files-bound.ts';
import { reportDocument } from '../../bench/report/markdown.ts';
import { queuePlot, ratioPlot, runPlots } from '../../bench/report/plots.ts';
import { between, readmeTable } from '../../bench/report/readme.ts';
import { headline, loadResults, type NamedReport, type QueueRun } from '../../bench/report/results.ts';
import { queueTable, scalingBlocks, scalingPlots } from '../../bench/report/scaling.ts';
import { barChart, lineChart } from '../../bench/report/svg.ts';
import { root } from '../cli/run.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const results = loadResults(join(root, 'bench/results'));
const plots: Record<string, string> = {
  ...ratioPlot(results),
  ...scalingPlots(results),
  ...Object.assign({}, ...results.runs.map(runPlots)),
};

describe('what is written from bench/results (npm run bench:report)', () => {
  it("README's table", () => {
    expect(read('README.md')).toBe(between(read('README.md'), 'bench', readmeTable(results)));
  });

  it('bench/REPORT.md', () => {
    expect(read('bench/REPORT.md')).toBe(reportDocument(results, plots));
  });

  it('the plots', () => {
    expect(readdirSync(join(root, 'bench/plots')).sort()).toEqual(Object.keys(plots).sort());
    for (const [name, svg] of Object.entries(plots)) expect(read(`bench/plots/${name}`), name).toBe(svg);
  });

  it('the tables of docs/operations/scaling.md', () => {
    const page = read('docs/operations/scaling.md');
    const blocks = Object.entries(scalingBlocks(results));
    expect(blocks.length).toBe(5);
    for (const [name, block] of blocks) expect(page, name).toBe(between(page, name, block));
  });
});

describe('contests', () => {
  it('are in the order of their letters, and each side of a group is run once a round', () => {
    expect(contests.map(({ letter }) => letter).join('')).toBe('abcdefghijklmnprsuz');
    expect(groupsOf(contests).map((group) => group.map(({ letter }) => letter).join(''))).toEqual([
      'abefg',
      ...['c', 'd', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 'u', 'z'],
    ]);
    expect(contests.map(({ letter }) => letter)).toEqual(expect.arrayContaining([...defaultLetters]));
  });
});

describe('headline', () => {
  const run = (rows: number, atGoalSize: boolean, error?: string) =>
    ({
      rows,
      contests: [{ letter: 'a', rows, atGoalSize, ...(error && { error }) }],
    }) as unknown as NamedReport;

  it('is the smallest run of the size that the goal was set for', () => {
    expect(headline([run(100, true), run(10, true), run(1, false)], 'a')?.run.rows).toBe(10);
  });

  it('is the largest where none is as large, and a failed one only where there is no other', () => {
    expect(headline([run(5, false), run(1, false)], 'a')?.run.rows).toBe(5);
    expect(headline([run(10, true, 'differs'), run(1, false)], 'a')?.run.rows).toBe(1);
    expect(headline([run(10, true, 'differs')], 'a')?.outcome.error).toBe('differs');
    expect(headline([], 'a')).toBeNull();
  });
});

describe('the bound of many files', () => {
  const round = (newFileMicroseconds: number) => ({
    ...{ seconds: 10, cpuSeconds: 9, coordinatorCpuSeconds: 3, serverCpuSeconds: 6 },
    detail: { files: 1000, partsOfFile: 4, newFileMicroseconds },
  });
  const runWith = (rounds: readonly object[]) => {
    const side = { name: 'landfall up: 1,000 files dropped at once', rows: 1, rounds };
    const outcome = { letter: 'j', atGoalSize: true, sides: [side.name] };
    return [
      { rows: 1, machine: { cores: 2 }, contests: [outcome], sides: [side] },
    ] as unknown as NamedReport[];
  };

  it('says what a file takes and what that allows', () => {
    const text = manyFilesBound({ runs: runWith([round(10), round(30), round(20)]) });
    expect(text).toMatch(
      /\| coordinator.* \| 3\.00 \|\n\| workers.* \| 6\.00 \|\n\| server.* \| 6\.00 \|\n\| all \| 15\.00 \|/,
    );
    expect(text).toContain('2 cores that never wait load 133 files per second');
    expect(text).toContain('busy 75 % of the time');
    expect(text).toContain("took 20 µs of CPU on the lake's disk, 0.08 ms for the parts of one file");
  });

  it('says nothing of runs that did not note it', () => {
    expect(manyFilesBound({ runs: runWith([{ seconds: 1 }]) })).toBe('');
    expect(manyFilesBound({ runs: [] })).toBe('');
  });
});

describe('runs of the queue that were cut off', () => {
  const whole: QueueRun = {
    ...{ queue: 'postgres', workers: 8, slots: 2, sleepMs: 0, ledger: false, chunks: 600 },
    ...{ seconds: 2, chunksPerSecond: 300, idealChunksPerSecond: null, submitSeconds: 1 },
    ...{ redisCpuMs: null, postgresCpuMs: 1.5, coordinatorCpuMs: 2.5, workerCpuMs: 3.5 },
    ...{ redisCommands: null, postgresTransactions: 1, connections: 1234 },
  };
  const slow = {
    ...whole,
    workers: 500,
    seconds: 120.4,
    chunksPerSecond: 3,
    cutOff: { workers: 500, chunks: 361 },
  };
  const never = {
    ...whole,
    workers: 900,
    seconds: 0,
    chunksPerSecond: 0,
    cutOff: { workers: 712, chunks: 0 },
  };

  it('tell how far they came', () => {
    expect(queueTable([whole, slow, never]).split('\n').slice(2)).toEqual([
      '| PostgreSQL | 8 | 0 ms | 300 |  |  | 1.50 | 2.50 | 3.50 |  | 1.0 | 1,234 |',
      '| PostgreSQL | 500 | 0 ms | 3, cut off after 120 s with 361 of 600 |  |  | 1.50 | 2.50 | 3.50 |  | 1.0 | 1,234 |',
      '| PostgreSQL | 900 | 0 ms | cut off with 712 of 900 workers connected |  |  |  |  |  |  |  | 1,234 |',
    ]);
  });

  it('are points of the plot where they did anything', () => {
    expect(queuePlot([whole, slow, never])).toEqual(queuePlot([whole, slow]));
    expect(queuePlot([whole, slow])).not.toEqual(queuePlot([whole, { ...whole, workers: 500 }]));
    expect(queuePlot([whole, never])).toEqual({});
  });
});

describe('plots', () => {
  it('escape what they are told', () => {
    const svg = lineChart(
      'a < b & "c"',
      [
        {
          name: '<x>',
          points: [
            [0, 0],
            [2, 5],
          ],
        },
      ],
      { title: 's' },
      { title: 'r' },
    );
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).not.toContain('<x>');
  });

  it('put the largest value at the end of its axis, the goal where it belongs', () => {
    const svg = barChart('bars', [{ name: 'one', value: 2, text: '2.00', goal: 4 }], 'note');
    const bar = Number(/<rect x="16" y="[\d.]+" width="([\d.]+)"/.exec(svg)![1]);
    const goal = Number(/<line x1="([\d.]+)"/.exec(svg)![1]) - 16;
    expect(goal).toBeCloseTo(bar * 2, 6);
  });
});
