/** The first page of a web service that nobody has described. */

import { LandfallError } from '../../platform/errors/errors.ts';
import { compressionOf } from '../../platform/storage/unpack/index.ts';
import { startBytes, startFault, typeFault } from './content-faults.ts';
import { nextLink } from './paging.ts';
import { send, shownUrl } from './request.ts';

export interface PageRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the source, for errors. */
  readonly source: string;
  /** Whoever sends headers of the definition to another origin gives them away. */
  readonly trusted: string;
  readonly signal: AbortSignal;
}

export interface AnsweredPage {
  /** The address that answered. */
  readonly url: URL;
  /** In full, or its first bytes if it is not compressed. */
  readonly body: Uint8Array;
  readonly isCut: boolean;
  readonly format: 'csv' | 'json';
  /** The address in the header Link with rel="next". */
  readonly link: string | null;
}

/** The longest that a server may be silent, in ms. */
const timeoutMs = 30_000;
/** The most bytes that are looked at. */
const pageBytesMost = 64 * 1024 * 1024;

/**
 * Null: the answer has no content.
 * @throws LandfallError LF_SOURCE_UNREACHABLE, LF_SOURCE_REFUSED, LF_SOURCE_REDIRECT, LF_SOURCE_CONTENT, LF_SOURCE_LARGE
 */
export async function fetchPage(request: PageRequest): Promise<AnsweredPage | null> {
  const { source } = request;
  const answer = await send({ ...request, timeoutMs, accept: 'application/json, text/csv, */*;q=0.5' });
  try {
    const address = shownUrl(answer.url);
    if (answer.status === 204) return null;
    if (answer.status !== 200)
      throw new LandfallError('LF_SOURCE_REFUSED', { address, source, reason: `status ${answer.status}` });
    const { body, isCut } = await collect(answer.body, address);
    if (body.length === 0) return null;
    const start = body.subarray(0, startBytes);
    const isPacked = compressionOf(start) !== null;
    const format = !isPacked && startFault('json', start) === null ? 'json' : 'csv';
    const fault =
      typeFault(format, answer.headers.get('content-type')) ?? (isPacked ? null : startFault(format, start));
    if (fault !== null)
      throw new LandfallError('LF_SOURCE_CONTENT', { address, source, format: 'CSV or JSON', reason: fault });
    return { url: answer.url, body, isCut, format, link: nextLink(answer.headers.get('link')) };
  } finally {
    await answer.body.return(undefined);
    await answer.discard();
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array>,
  address: string,
): Promise<{ body: Uint8Array; isCut: boolean }> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes <= pageBytesMost) continue;
    const body = Buffer.concat(pieces);
    if (compressionOf(body) !== null)
      throw new LandfallError('LF_SOURCE_LARGE', { address, most: pageBytesMost });
    return { body: body.subarray(0, body.lastIndexOf(0x0a) + 1 || body.length), isCut: true };
  }
  return { body: Buffer.concat(pieces), isCut: false };
}
