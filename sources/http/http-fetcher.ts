/**
 * Fetches pages of a web service.
 *
 *   request ─▶ status ─▶ type ─▶ first bytes ─▶ body, watched as it streams ─▶ next page
 *      ▲                                                                          │
 *      └──────────────────────────────────────────────────────────────────────────┘
 *
 * What is wrong with an answer is thrown while the page is read, before any of it counts. Nothing is tried again here:
 * the run waits, and resumes at the page.
 */
import { createHash } from 'node:crypto';
import { namesWindow } from '../../model/compile/sources/templates.ts';
import type { CompiledHttpSource } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Fetched, FetchedFile, Fetcher, FetchTask, Json } from '../fetching/contract.ts';
import { formatName, startBytes, startFault, typeFault } from './content-faults.ts';
import { Pace } from './pace.ts';
import { firstPosition, type HttpPosition, nextLink, pageUrl, pathsRead, positionAfter } from './paging.ts';
import { type Answer, send, shownUrl } from './request.ts';
import { ContentFault, type PageWatch } from './watch/contract.ts';
import { JsonWatch } from './watch/json-watch.ts';
import { LineWatch } from './watch/line-watch.ts';
import { packingOf, unpackInto } from './watch/packed.ts';

type Task = FetchTask<CompiledHttpSource>;

/** What the live cursor of an HTTP source is: the mark of what was fetched last, if there is one page. */
interface HttpCursor {
  /** Of the template of the address that the marks belong to. */
  readonly url: string;
  readonly etag: string | null;
  readonly modified: string | null;
}

const accepts: Readonly<Record<CompiledHttpSource['format'], string>> = {
  csv: 'text/csv, text/plain;q=0.9, */*;q=0.5',
  json: 'application/json, */*;q=0.5',
  ndjson: 'application/x-ndjson, application/json;q=0.9, */*;q=0.5',
};

export const httpFetcher: Fetcher<CompiledHttpSource> = {
  async *fetch(task: Task): AsyncGenerator<Fetched> {
    const { source } = task;
    const base = baseUrl(task);
    const pace = new Pace(source.requestsPerSecond);
    let position = (task.position ?? firstPosition) as HttpPosition;
    while (!position.ended) {
      await pace.next(task.signal);
      const url = pageUrl(base, source.pages, position);
      const answer = await send({
        ...{ url, trusted: base.origin, source: source.name, accept: accepts[source.format] },
        headers: headersOf(task),
        timeoutMs: source.timeoutMs,
        signal: task.signal,
      });
      if (hasNothing(answer, position, source)) {
        await answer.discard();
        position = { ...position, ended: true };
        yield { page: null, position };
        return;
      }
      const page = await openPage(task, position, answer);
      try {
        yield page.file;
      } finally {
        await page.close();
      }
      position = page.after();
    }
  },
};

function baseUrl({ source, fill, dataset }: Task): URL {
  // As a whole from the environment, it is an address already.
  const whole = /^\{env:\w+\}/.exec(source.url)?.[0] ?? '';
  const text = fill(whole) + fill(source.url.slice(whole.length), encodeURIComponent);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  const reason = 'its address is not one of the web';
  throw new LandfallError('LF_SOURCE_REFUSED', {
    address: `${dataset}.${source.name}`,
    source: source.name,
    reason,
  });
}

/** Headers of the definition, and those that ask whether anything has changed. */
function headersOf(task: Task): Record<string, string> {
  const { source, fill } = task;
  const headers = Object.fromEntries(
    Object.entries(source.headers).map(([name, value]) => [name, fill(value)]),
  );
  const cursor = task.cursor as HttpCursor | null;
  if (cursor?.url !== marked(source)) return headers;
  return {
    ...headers,
    ...(cursor.etag !== null && { 'if-none-match': cursor.etag }),
    ...(cursor.etag === null && cursor.modified !== null && { 'if-modified-since': cursor.modified }),
  };
}

/** The text that marks of unchanged content belong to; null if content is not marked: each window has its own. */
function marked({ url, headers, pages }: CompiledHttpSource): string | null {
  if (pages !== null || namesWindow([url, headers])) return null;
  return createHash('sha256')
    .update(JSON.stringify([url, headers]))
    .digest('hex')
    .slice(0, 16);
}

/** Whether the answer is that there is nothing, or nothing new. The first page must exist. */
function hasNothing({ status, url }: Answer, position: HttpPosition, source: CompiledHttpSource): boolean {
  if (status === 204 || status === 304) return true;
  if (status === 200) return false;
  const counted = source.pages?.by === 'offset' || source.pages?.by === 'number';
  if (counted && position.pages > 0) return true;
  throw new LandfallError('LF_SOURCE_REFUSED', {
    ...{ address: shownUrl(url), source: source.name, reason: `status ${status}` },
  });
}

interface OpenPage {
  readonly file: FetchedFile;
  /** The position after it, once it has been read. */
  after(): HttpPosition;
  close(): Promise<void>;
}

async function openPage(task: Task, before: HttpPosition, answer: Answer): Promise<OpenPage> {
  const { source, dataset } = task;
  const address = shownUrl(answer.url);
  const refuse = (reason: string) =>
    new LandfallError('LF_SOURCE_CONTENT', {
      ...{ address, source: source.name, format: formatName(source.format), reason },
    });
  const fault = typeFault(source.format, answer.headers.get('content-type'));
  if (fault !== null) {
    await answer.discard();
    throw refuse(fault);
  }
  const { start, rest } = await startOf(answer.body);
  const packing = packingOf(start);
  const unpacking = unpackInto(new CheckedStart(source, watchOf(source)), packing);
  let position: HttpPosition | null = null;
  let skip = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const piece of rest) {
        bytes += piece.length;
        if (bytes > source.bytesMost)
          throw new LandfallError('LF_SOURCE_LARGE', { address, most: source.bytesMost });
        await unpacking.feed(piece);
        yield piece;
      }
      const watched = await unpacking.end();
      skip = watched.records === 0;
      const link = nextLink(answer.headers.get('link'));
      position = positionAfter(source, dataset, before, { url: answer.url, watched, link });
    } catch (error) {
      throw error instanceof ContentFault ? refuse(error.message) : error;
    }
  }
  const after = () => {
    if (position === null)
      throw new LandfallError('LF_INTERNAL', { reason: 'a page was not read to its end' });
    return position;
  };
  const name = `${String(before.pages + 1).padStart(4, '0')}.${source.format}${packing === null ? '' : `.${packing}`}`;
  const settle = () => ({ position: after() as Json, cursor: cursorAfter(source, answer), skip });
  return {
    file: { page: name, body: body(), settle },
    after,
    async close() {
      unpacking.close();
      await rest.return(undefined);
      // The rest may not have been begun.
      await answer.body.return(undefined);
      await answer.discard();
    },
  };
}

function cursorAfter(source: CompiledHttpSource, { headers }: Answer): Json | undefined {
  const url = marked(source);
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
  return url === null ? undefined : { url, etag, modified };
}

function watchOf({ format, records, pages, end, header }: CompiledHttpSource): PageWatch {
  if (format === 'json') return new JsonWatch(records, pathsRead({ pages, end }));
  return new LineWatch({ quoted: format === 'csv', headers: format === 'csv' && header ? 1 : 0 });
}

/** Looks at the first bytes before the rest of a page is watched. */
class CheckedStart implements PageWatch {
  private readonly format: CompiledHttpSource['format'];
  private readonly watch: PageWatch;
  private start: Uint8Array | null = new Uint8Array();

  constructor({ format }: CompiledHttpSource, watch: PageWatch) {
    this.format = format;
    this.watch = watch;
  }

  feed(bytes: Uint8Array): void {
    if (this.start !== null) {
      this.start = Buffer.concat([this.start, bytes.subarray(0, startBytes - this.start.length)]);
      if (this.start.length >= startBytes) this.check();
    }
    this.watch.feed(bytes);
  }

  end(): ReturnType<PageWatch['end']> {
    this.check();
    return this.watch.end();
  }

  private check(): void {
    const fault = this.start === null ? null : startFault(this.format, this.start);
    this.start = null;
    if (fault !== null) throw new ContentFault(fault);
  }
}

/** The first bytes of a body, enough to tell how it is compressed, and the whole body. */
async function startOf(
  body: AsyncGenerator<Uint8Array>,
): Promise<{ start: Uint8Array; rest: AsyncGenerator<Uint8Array> }> {
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < 4) {
    const { done, value } = await body.next();
    if (done) break;
    first.push(value);
    bytes += value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      yield* body;
    } finally {
      await body.return(undefined);
    }
  }
  return { start: Buffer.concat(first).subarray(0, 4), rest: rest() };
}
