/**
 * Where the facts of a file are while it is loaded. If a version replaces another one, its facts wait in a separate
 * table until it is done, so that the star always contains exactly one of the two versions.
 */

import type { CompiledStar } from '../../../model/compiled.ts';
import type { FileLink } from '../../../platform/progress/progress.ts';

/** The star that the file is loaded into. Its fact table may be the one in which facts wait. */
export function loadingStar(
  star: CompiledStar,
  file: { readonly fileId: number; readonly link: FileLink['kind'] | null },
): CompiledStar {
  return file.link === 'replaces' ? { ...star, fact: `_staging_f${file.fileId}` } : star;
}
