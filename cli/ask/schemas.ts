/** Where the star is. */
import type { Registry } from '../../model/registry.ts';

/** The schemas of the stars of all datasets; `star` where there is no dataset. */
export function schemasOf(registry: Pick<Registry, 'all'>): string[] {
  const schemas = registry.all().flatMap(({ star }) => (star === null ? [] : [star.schema]));
  return [...new Set(['star', ...schemas])];
}
