/**
 * Calls `work` for each item, at most `most` at a time. Throws the first error after all calls that began have ended.
 */
export async function atATime<T>(
  most: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  const waiting = items.entries();
  const next = async () => {
    for (const [index, item] of waiting) await work(item, index);
  };
  const runs = Array.from({ length: Math.min(most, items.length) }, next);
  await Promise.allSettled(runs);
  await Promise.all(runs);
}
