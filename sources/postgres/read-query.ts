/** Reads the result of a query as CSV, for a reference table. */
import { to as copyTo } from 'pg-copy-streams';
import { type ErrorCode, LandfallError } from '../../platform/errors/errors.ts';
import { connectSource, sourceError } from './connect.ts';

/** What the error of a source's database is for a reference table. Any other: the query cannot be run. */
const codes: Readonly<Record<string, ErrorCode>> = {
  LF_SOURCE_DATABASE_LOST: 'LF_REFERENCE_DATABASE',
  LF_SOURCE_DATABASE_REFUSED: 'LF_REFERENCE_REFUSED',
};

export interface QueryToRead {
  /** Of the reference table. */
  readonly name: string;
  readonly url: string;
  readonly query: string;
  readonly bytesMost: number;
}

/**
 * The rows, below a header. The session writes nothing. Throws LF_REFERENCE_DATABASE, LF_REFERENCE_REFUSED,
 * LF_REFERENCE_QUERY, LF_REFERENCE_LARGE.
 */
export async function readQuery({ name, url, query, bytesMost }: QueryToRead): Promise<Uint8Array> {
  try {
    const client = await connectSource(name, url);
    try {
      const stream = client.query(copyTo(`copy (${query}\n) to stdout (format csv, header)`));
      return await collect(stream, name, bytesMost);
    } finally {
      client.abandon();
    }
  } catch (error) {
    throw referenceError(sourceError(error, name), name);
  }
}

async function collect(
  stream: AsyncIterable<Buffer>,
  reference: string,
  bytesMost: number,
): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > bytesMost)
      throw new LandfallError('LF_REFERENCE_LARGE', { reference, most: `${bytesMost >> 20} MiB` });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function referenceError(error: unknown, reference: string): unknown {
  if (!(error instanceof LandfallError) || !error.code.startsWith('LF_SOURCE_')) return error;
  const code = codes[error.code] ?? 'LF_REFERENCE_QUERY';
  return new LandfallError(code, { reference, reason: error.values.reason }, { cause: error.cause });
}
