import { crashPoint } from '../errors/crash-points.ts';
import { LandfallError } from '../errors/errors.ts';
import type { Storage, StoredObject } from './contract.ts';
import { fileChanged } from './file-changed.ts';

/** The object to be moved. Throws LF_FILE_MISSING, LF_FILE_CHANGED. */
export async function statToMove(
  source: Storage,
  sourceKey: string,
  fingerprint: string | undefined,
): Promise<StoredObject> {
  const file = `${source.url}/${sourceKey}`;
  const object = await source.stat(sourceKey);
  if (object === null) throw new LandfallError('LF_FILE_MISSING', { file });
  if (fingerprint === undefined || object.fingerprint === fingerprint) return object;
  throw fileChanged(file, fingerprint, object.fingerprint);
}

/** Copies an object from one store to another through this process, 1 MiB at a time. */
export async function copyThrough(
  source: Storage,
  object: StoredObject,
  target: Storage,
  key: string,
): Promise<void> {
  const writer = await target.writer(key);
  try {
    const range = { start: 0, end: object.bytes, fingerprint: object.fingerprint };
    for await (const bytes of source.read(object.key, range)) await writer.write(bytes);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Ends a move that was done by copying: deletes the original, unless another file has taken its place. */
export async function dropCopied(source: Storage, { key, fingerprint }: StoredObject): Promise<void> {
  crashPoint('move.copied');
  await source.delete(key, fingerprint);
}
