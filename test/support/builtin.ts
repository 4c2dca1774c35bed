/** The datasets that ship with Landfall, by example and all together. */
import { examples } from '../../datasets/index.ts';
import type { Definition } from '../../model/index.ts';

export const definitionsOf: Readonly<Record<string, readonly Definition[]>> = Object.fromEntries(
  await Promise.all(examples.map(async ({ name, load }) => [name, await load()] as const)),
);

export const builtin: readonly Definition[] = Object.values(definitionsOf).flat();
