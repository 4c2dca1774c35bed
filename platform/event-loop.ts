/** Work that would keep the event loop for long gives others their turn. */

/** How long work runs before other work in the process gets its turn. */
const busyMsMost = 10;

/** Counts the time since other work had its turn. */
export class Breather {
  #since = performance.now();

  /** Lets other work run if this work has been running for too long. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < busyMsMost) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
