/** The error of a file that is not what it was. */
import { LandfallError } from '../errors/errors.ts';

/** The size in the fingerprint of a file in a folder; null in that of an object of a bucket, which is its ETag. */
function sizeIn(fingerprint: string): number | null {
  const match = /^(\d+)-\d+-\d+$/.exec(fingerprint);
  return match === null ? null : Number(match[1]);
}

/** LF_FILE_CHANGED. `before`, `now`: its fingerprints, which say whether it has grown. */
export function fileChanged(file: string, before = '', now = ''): LandfallError {
  const [had, has] = [sizeIn(before), sizeIn(now)];
  const known = had !== null && has !== null && had !== has;
  const sizes = known ? `: it had ${had} bytes and has ${has} now` : '';
  const how = `while it was being read${sizes}`;
  return new LandfallError('LF_FILE_CHANGED', { file, how });
}
