import { crashPoint } from '../crash-points.ts';
import { LandfallError } from '../errors.ts';
import type { Storage } from '../types.ts';

/** Copies an object from one store to another through this process, 1 MiB at a time. */
export async function copyThrough(
  source: Storage,
  sourceKey: string,
  target: Storage,
  key: string,
): Promise<void> {
  const object = await source.stat(sourceKey);
  if (object === null) throw new LandfallError('LF_FILE_MISSING', { file: `${source.url}/${sourceKey}` });
  const writer = await target.writer(key);
  try {
    const range = { start: 0, end: object.bytes, fingerprint: object.fingerprint };
    for await (const bytes of source.read(sourceKey, range)) await writer.write(bytes);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Ends a move that was a copy: what was copied goes from where it came. */
export async function dropCopied(source: Storage, sourceKey: string): Promise<void> {
  crashPoint('move.copied');
  await source.delete(sourceKey);
}
