import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contest, Measure } from '../rounds/contest.ts';
import { quantile, type Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from '../sides/arena.ts';
import { type RunningUp, withRunningUp } from '../sides/running-up.ts';
import { type Question, questionsOf } from '../sides/trip-questions.ts';

/** Requests of each query, in each of the two states. */
const requests = 200;
/** Rows of a file that is loaded meanwhile, and files that follow each other until all requests are answered. */
const meanwhileRows = 1_000_000;
const meanwhileFiles = 16;
/** Answers of each query that are compared with SQL over the facts, which takes half a minute for many. */
const compared = (rows: number) => (rows > 20_000_000 ? 1 : 3);

type Milliseconds = Readonly<Record<string, readonly number[]>>;

export const answers: Contest = {
  letter: 'n',
  what: 'the named queries of trips over HTTP with --rows trips in the star: p95 of 200 requests each, with random parameters',
  inside:
    'from the request to the last byte of the answer, one request at a time: while nothing is loaded, and while files of 1,000,000 trips are; some answers are compared with SQL over the facts',
  goalRows: 100_000_000,
  prepare: async (arena) => [answersSide(arena, await arena.trips())],
  measure: ([ours]) => {
    const of = (state: string, most: number) =>
      Object.keys(questionsOf(Math.random)).map((query): Measure => {
        const all = ours.rounds.flatMap((round) => (round.detail![state] as Milliseconds)[query]);
        const name = `${query}, ${state}: p95`;
        return { name, value: quantile(all, 0.95), unit: 'milliseconds', goal: { atMost: most } };
      });
    return [...of('idle', 100), ...of('loading', 300)];
  },
};

function answersSide(arena: Arena, input: Input): Side {
  return {
    name: `landfall up: questions about ${input.rows.toLocaleString('en')} trips`,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      const more: Input[] = [];
      for (let n = 0; n < meanwhileFiles; n++) more.push(await arena.input('trips', meanwhileRows, 100 + n));
      return withRunningUp(arena, async (up, staging) => {
        await load(arena, up, staging, input);
        // The first request opens a connection.
        const questions = questionsOf(Math.random);
        for (const question of Object.values(questions)) await ask(up, question());
        const idle = await askAll(up);
        let answered = false;
        const loading = (async () => {
          for (let n = 0; !answered; n++) {
            if (n === more.length) throw new Error('all files were loaded before all requests were answered');
            await load(arena, up, staging, more[n], 1 + n);
          }
        })();
        const failed = loading.then(() => new Promise<never>(() => {}));
        const whileLoading = await Promise.race([askAll(up), failed]);
        answered = true;
        await loading;
        for (const question of Object.values(questions))
          for (let n = 0; n < compared(input.rows); n++) await compare(arena, up, question());
        const all = [...Object.values(idle), ...Object.values(whileLoading)].flat();
        const seconds = all.reduce((sum, value) => sum + value, 0) / 1000;
        return { seconds, detail: { idle, loading: whileLoading } };
      });
    },
  };
}

/** Drops a file, and waits until it is done. */
async function load(arena: Arena, up: RunningUp, staging: string, input: Input, number = 0): Promise<void> {
  const name = `trips-${number}.csv`;
  linkSync(input.path, join(staging, name));
  up.drop(join(staging, name), name);
  for (;;) {
    const [file] = await arena.query<{ state: string }>('select state from landfall.file where name = $1', [
      name,
    ]);
    if (file?.state === 'done') return;
    if (file?.state === 'failed' || file?.state === 'duplicate') throw new Error(`${name} is ${file.state}`);
    await delay(100);
  }
}

/** Asks all queries in turn. Returns how long each answer took. */
async function askAll(up: RunningUp): Promise<Milliseconds> {
  const took: Record<string, number[]> = {};
  const questions = questionsOf(Math.random);
  for (let n = 0; n < requests; n++) {
    for (const [query, question] of Object.entries(questions)) {
      const one = question();
      const started = performance.now();
      await ask(up, one);
      took[query] ??= [];
      took[query].push(Math.round((performance.now() - started) * 100) / 100);
    }
  }
  return took;
}

async function ask(up: RunningUp, { query, parameters }: Question): Promise<Record<string, unknown>[]> {
  const url = new URL(`api/datasets/trips/queries/${query}`, up.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  const response = await fetch(url);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text).rows;
}

async function compare(arena: Arena, up: RunningUp, question: Question): Promise<void> {
  const shown = await ask(up, question);
  const wanted = await withClient(arena.databaseUrl, async (client) => {
    await client.query("set timezone = 'UTC'");
    const { rows } = await client.query(
      `select coalesce(json_agg(a), '[]') as answer from (${question.sql}) a`,
      [...question.values],
    );
    return rows[0].answer;
  });
  const plain = (rows: unknown) => JSON.stringify(rows);
  if (plain(shown) !== plain(wanted))
    throw new Error(`${question.query} ${plain(question.parameters)}: ${plain(shown)}, not ${plain(wanted)}`);
}
