/** How far a command has come: one line that is redrawn on a terminal, and nothing elsewhere. */

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/** Least time between two redraws, and before the first: what is over soon shows no bar. */
const redrawMs = 100;
const width = 30;

export interface ProgressBar {
  /** `whole`: what is done in the end, in words. */
  show(done: number, of: number, whole: string): void;
  close(): void;
}

/** A bar after a word for what is being done. */
export function progressBar(output: Output, doing: string): ProgressBar {
  let last = performance.now();
  let drawn = false;
  return {
    show(done, of, whole) {
      const now = performance.now();
      if (!output.isTTY || now - last < redrawMs) return;
      last = now;
      drawn = true;
      const share = Math.min(1, done / of);
      const full = Math.round(share * width);
      const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
      output.write(`\r\x1b[2K${doing} ${bar} ${Math.round(share * 100)} % of ${whole}`);
    },
    close() {
      if (drawn) output.write('\r\x1b[2K');
    },
  };
}
