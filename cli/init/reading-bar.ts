/** How far `landfall init` has read a file. */
import { bytes as inBytes } from '../terminal/format.ts';
import { progressBar } from '../terminal/progress-bar.ts';

export function readingBar(output: Parameters<typeof progressBar>[0]): {
  show(progress: { readonly bytes: number; readonly of: number }): void;
  close(): void;
} {
  const bar = progressBar(output, 'reading');
  return {
    show: ({ bytes, of }) => bar.show(bytes, of, inBytes(of)),
    close: bar.close,
  };
}
