/** What landfall.config.ts imports. */
import type { UserConfig } from './config.ts';

/** The settings of a folder, checked by TypeScript: `export default defineConfig({ workers: 4 })`. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}
