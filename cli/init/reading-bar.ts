/** How far `landfall init` has read a file: one line that is redrawn on a terminal, and nothing elsewhere. */
import { bytes as inBytes } from '../terminal/format.ts';

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/** Least time between two redraws, and before the first: small files show no bar. */
const redrawMs = 100;
const width = 30;

export function readingBar(output: Output): {
  show(progress: { readonly bytes: number; readonly of: number }): void;
  close(): void;
} {
  let last = performance.now();
  let drawn = false;
  return {
    show({ bytes, of }) {
      const now = performance.now();
      if (!output.isTTY || now - last < redrawMs) return;
      last = now;
      drawn = true;
      const share = Math.min(1, bytes / of);
      const full = Math.round(share * width);
      const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
      output.write(`\r\x1b[2Kreading ${bar} ${Math.round(share * 100)} % of ${inBytes(of)}`);
    },
    close() {
      if (drawn) output.write('\r\x1b[2K');
    },
  };
}
