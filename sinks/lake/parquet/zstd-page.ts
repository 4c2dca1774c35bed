/** Pages in zstd. Source: https://github.com/apache/parquet-format/blob/master/Compression.md (ZSTD: RFC 8878). */
import { ZSTDDecoder } from 'zstddec/stream';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { zstdCompress } from '../../../platform/storage/node-zstd.ts';

/** docs/decisions/lake/0058 says what other levels cost. */
const level = 3;

/** The body of a page as one frame. A definition that asks for zstd is refused where Node has none. */
export function zstdPage(body: Uint8Array): Uint8Array {
  if (zstdCompress === null) throw new LandfallError('LF_INTERNAL', { reason: 'Node has no zstd' });
  return zstdCompress(body, level);
}

let opened: Promise<ZSTDDecoder> | undefined;

/** Takes the body of a page and returns its bytes. On any Node. */
export async function zstdDecoder(): Promise<(body: Uint8Array, bytes: number) => Uint8Array> {
  opened ??= openDecoder();
  const decoder = await opened;
  return (body, bytes) => decoder.decode(body, bytes);
}

async function openDecoder(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder;
}
