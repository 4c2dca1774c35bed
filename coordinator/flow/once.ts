/** Opened once; after a failure, tried again. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () =>
    (opened ??= open().catch((error) => {
      opened = null;
      throw error;
    }));
}
