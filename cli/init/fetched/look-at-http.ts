/** Looks at a web service: its first page, and which page comes next. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeadOf } from '../../../coordinator/detect/read-layout.ts';
import { exploreJson } from '../../../coordinator/explore/explore-json.ts';
import { namesIn, secretTextOf } from '../../../model/compile/sources/templates.ts';
import type { Remark } from '../../../model/infer/contract.ts';
import { keyedMode, rowMode } from '../../../model/infer/fetched/choose-mode.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { FetchWindow } from '../../../sources/fetching/contract.ts';
import { fillFor } from '../../../sources/fetching/fill.ts';
import { type AnsweredPage, fetchPage } from '../../../sources/http/first-page.ts';
import { type PageShape, probePages } from '../../../sources/http/probe-pages.ts';
import { shownUrl } from '../../../sources/http/request.ts';
import { readableOf } from '../file-reader.ts';
import type { SampledSource, SampleTask } from './contract.ts';

export interface HttpOptions {
  /** As the definition has them, with the secrets in variables of `env`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  /** The window that the address asks for; null: it asks for none. */
  readonly window: FetchWindow | null;
}

const sourceName = 'api';
/** Bytes of JSON that are looked at for its records. */
const lookedBytes = 8 * 1024 * 1024;

/** @throws LandfallError LF_INIT_SOURCE, LF_SOURCE_ENV, LF_SOURCE_WINDOW, and what a request throws */
export async function sampleFromHttp(
  { url, headers, env, window }: HttpOptions,
  { dataset, folder, signal }: SampleTask,
): Promise<SampledSource> {
  const source = { name: sourceName, env: namesIn([url, headers]), schedule: null };
  const { fill } = fillFor(dataset, source, window, env);
  const base = webAddress(fill, url);
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]));
  const ask = (page: URL) =>
    fetchPage({ url: page, headers: sent, source: sourceName, trusted: base.origin, signal });
  const first = await ask(base);
  const fail = (reason: string) => new LandfallError('LF_INIT_SOURCE', { address: shownUrl(base), reason });
  if (first === null) throw fail('the answer has no content');
  const file = join(folder, `${dataset}.${first.format}`);
  await writeFile(file, first.body);
  const shape = await shapeOf(file, first, fail);
  const paging = await probePages(first, shape, (page) => ask(page).catch(notThere));
  const remarks: Remark[] =
    paging === null
      ? [{ kind: 'check', text: 'nothing shows that there is a second page' }]
      : [{ kind: 'evidence', text: paging.evidence }];
  return {
    files: [file],
    shown: [shownUrl(base)],
    known: new Map(),
    source: {
      ...{ name: sourceName, kind: 'http', remarks },
      options: {
        url: secretTextOf(url),
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(paging !== null && { pages: paging.pages, ...(paging.end !== undefined && { end: paging.end }) }),
      },
    },
    mode: (columns) => keyedMode(dataset, columns) ?? rowMode(dataset, columns),
  };
}

function webAddress(fill: ReturnType<typeof fillFor>['fill'], template: string): URL {
  // As a whole from the environment, it is an address already.
  const whole = /^\{env:\w+\}/.exec(template)?.[0] ?? '';
  const text = fill(whole) + fill(template.slice(whole.length), encodeURIComponent);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new LandfallError('LF_INIT_SOURCE', {
      address: template,
      reason: 'it is not an address of the web',
    });
  const url = new URL(text);
  if (url.username === '' && url.password === '') return url;
  throw new LandfallError('LF_INIT_SOURCE', {
    address: shownUrl(url),
    reason:
      "it contains a user and a password, which belong into a header: --http-header 'authorization: Basic {env:NAME}'",
  });
}

/** A candidate's page that the server refuses is not there. */
function notThere(error: unknown): null {
  if (error instanceof LandfallError && error.code.startsWith('LF_SOURCE_')) return null;
  throw error;
}

/** Where the records of a page are. Throws LF_INIT_SOURCE if it has none. */
async function shapeOf(
  file: string,
  page: AnsweredPage,
  fail: (reason: string) => LandfallError,
): Promise<PageShape> {
  const head = await readHeadOf(await readableOf(file), lookedBytes);
  const found = exploreJson(head);
  if (found === null) {
    if (page.format === 'json') throw fail('the answer is JSON without records');
    return { format: 'csv', records: [] };
  }
  const isOne = found.kind === 'ndjson' && found.looked === 1;
  if (isOne) {
    const keys = found.paths.map(({ path }) => path).slice(0, 10);
    throw fail(`the answer is one object without an array of records: it has ${keys.join(', ')}`);
  }
  const records = found.records === '$[*]' ? [] : found.records.slice(2, -3).split('.');
  return { format: found.kind, records };
}
