/** The room in a worker process: many chunks may be in it at a time, or one alone. First come, first served. */
export class SharedLock {
  private inside = 0;
  private last: Promise<void> = Promise.resolve();
  private emptied: (() => void) | null = null;

  /** Resolves inside, with the way out. Who wants to be alone waits until the others have left. */
  async enter(alone: boolean): Promise<() => void> {
    let open: () => void = () => {};
    const before = this.last;
    this.last = new Promise((resolve) => {
      open = resolve;
    });
    await before;
    if (!alone) {
      open();
      this.inside += 1;
      return () => this.leave();
    }
    if (this.inside > 0) await new Promise<void>((resolve) => (this.emptied = resolve));
    return open;
  }

  private leave(): void {
    this.inside -= 1;
    if (this.inside > 0) return;
    this.emptied?.();
    this.emptied = null;
  }
}
