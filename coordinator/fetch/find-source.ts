/** Finds the source that a person names. */
import type { CompiledSource } from '../../model/compiled-source.ts';
import type { Registry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

export interface FoundSource {
  readonly dataset: string;
  readonly source: CompiledSource;
}

/** All sources, in the order of their datasets. */
export function allSources(registry: Registry): FoundSource[] {
  return registry.names().flatMap((dataset) => {
    return registry.get(dataset)!.sources.map((source) => ({ dataset, source }));
  });
}

/** `name`: DATASET.SOURCE; the name of the source alone, if no other dataset has one of that name. */
export function sourceNamed(registry: Registry, name: string): FoundSource {
  const all = allSources(registry);
  const exact = all.filter(({ dataset, source }) => `${dataset}.${source.name}` === name);
  const found = exact.length > 0 ? exact : all.filter(({ source }) => source.name === name);
  if (found.length === 1) return found[0];
  throw unknownSource(registry, name);
}

/** The error that there is no such source, or more than one. */
export function unknownSource(registry: Registry, name: string): LandfallError {
  const known = allSources(registry).map(({ dataset, source }) => `${dataset}.${source.name}`);
  return new LandfallError('LF_SOURCE_UNKNOWN', { source: name, known: known.join(', ') || 'none' });
}
