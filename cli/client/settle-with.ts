/** The settings and definitions of a command, or of a program that calls Landfall. */
import type { Registry } from '../../model/registry.ts';
import type { Config, ConfigFlags, ConfigMistake } from '../../platform/config/config.ts';
import { setS3Settings } from '../../platform/storage/s3/s3-settings.ts';

export interface SettleOptions {
  /** Takes mistakes in the settings, which then have their defaults. Default: LF_CONFIG is thrown. */
  readonly onMistakes?: (mistakes: readonly ConfigMistake[]) => void;
}

/**
 * The settings in force and the datasets that they name. One error names every mistake in the settings. The
 * registry leaves out broken definitions and lists them.
 * @param flags what overrides the environment and landfall.config.ts; other members mean nothing
 * @param named the examples and datasets that the caller names. An example of that name, or with a dataset of that
 *   name, is loaded, unless the user has the dataset
 * @throws LandfallError LF_CONFIG, unless `onMistakes` is given
 */
export async function settleWith(
  flags: ConfigFlags,
  named: readonly (string | undefined)[] = [],
  { onMistakes }: SettleOptions = {},
): Promise<{ config: Config; registry: Registry }> {
  const [{ loadConfig }, { examples }, { isOfExample, loadRegistry }] = await Promise.all([
    import('../../platform/config/config.ts'),
    import('../../datasets/index.ts'),
    import('../../model/registry.ts'),
  ]);
  const given = await loadConfig(flags, { onMistakes });
  const asked = examples
    .filter((example) => named.some((name) => name !== undefined && isOfExample(name, example)))
    .map(({ name }) => `example:${name}`);
  setS3Settings(given);
  const config = { ...given, datasets: [...new Set([...given.datasets, ...asked])] };
  const { datasets: paths, datasetsOptional: optional = false, home } = config;
  return { config, registry: await loadRegistry({ examples, paths, optional, home }) };
}
