/** What is known of one chunk, in words. */
import { plural } from '../../../platform/plural.ts';
import { count, duration, size } from '../format.ts';
import type { ChunkCells } from './chunk-cells.ts';

/** `Chunk 17 of 200: committed, 1.29 MB, 50,000 rows, 12 rejected, by atlas-4211, 1.2 s`. */
export function chunkWords(cells: ChunkCells, number: number): string {
  const { map } = cells;
  const kind = cells.kindOf(number);
  const slot = cells.slotOf(number);
  const { rows, rejected } = cells.rowsOf(number);
  const worker = cells.workerOf(number);
  const [from, to] = [cells.startedAt(number), cells.committedAt(number)];
  const error = map.errors[number];
  const attempts = cells.attemptsOf(number);
  const facts = [
    slot !== null && kind !== 'committed' ? stepWords[slot.step] : kind,
    size(map.bytes[number]),
    slot !== null && to === null ? `${size(slot.bytesRead)} read` : '',
    rows > 0 ? plural(rows, 'row') : '',
    rejected > 0 ? `${count(rejected)} rejected` : '',
    attempts > 1 ? plural(attempts, 'attempt') : '',
    map.lost[number] > 0 ? `${plural(map.lost[number], 'worker')} died with it` : '',
    worker === null ? '' : `by ${shortWorker(worker)}`,
    from !== null && to !== null ? duration(Math.max(0, to - from) / 1000) : '',
    error ? `${error.message} (${error.code})` : '',
  ];
  return `Chunk ${count(number + 1)} of ${count(cells.size)}: ${facts.filter((fact) => fact !== '').join(', ')}`;
}

const stepWords = {
  reading: 'reading',
  loading: 'copying',
  committing: 'committing',
  waiting: 'waits for an outage to be over',
} as const;

/** A worker's name without the letters that make it unique. */
export function shortWorker(name: string): string {
  return name.replace(/-[0-9a-f]{6}$/, '');
}
