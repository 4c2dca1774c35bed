/** The lock of a worker process. Many chunks hold it shared, or one holds it exclusively, in the order of requests. */
export class SharedLock {
  private shared = 0;
  /** Resolves when all earlier requests have been granted and, if exclusive, released. */
  private last: Promise<void> = Promise.resolve();
  private onFree: (() => void) | null = null;

  /** Resolves with the function that releases it. An exclusive lock waits until all shared ones are released. */
  async acquire(mode: 'shared' | 'exclusive'): Promise<() => void> {
    let passOn: () => void = () => {};
    const before = this.last;
    this.last = new Promise((resolve) => {
      passOn = resolve;
    });
    await before;
    if (mode === 'shared') {
      passOn();
      this.shared += 1;
      return () => this.releaseShared();
    }
    if (this.shared > 0) await new Promise<void>((resolve) => (this.onFree = resolve));
    return passOn;
  }

  private releaseShared(): void {
    this.shared -= 1;
    if (this.shared > 0) return;
    this.onFree?.();
    this.onFree = null;
  }
}
