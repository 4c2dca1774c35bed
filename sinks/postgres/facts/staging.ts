/**
 * Where the facts of a file are while it is loaded. Those of a version that replaces another wait in a
 * table of their own until it is done, so that the star holds one version or the other at any moment.
 */

import type { CompiledStar } from '../../../model/compiled.ts';
import type { FileLink } from '../../../platform/progress/progress.ts';

/** The star that the file is loaded into: its fact table, or the one in which its facts wait. */
export function loadingStar(
  star: CompiledStar,
  file: { readonly fileId: number; readonly link: FileLink['kind'] | null },
): CompiledStar {
  return file.link === 'replaces' ? { ...star, fact: `_staging_f${file.fileId}` } : star;
}
