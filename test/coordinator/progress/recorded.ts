/** Real loads, as `npm run record:load` kept them, played to a model; and what it then told of the time left. */
import { readdirSync, readFileSync } from 'node:fs';
import { ProgressModel } from '../../../coordinator/progress/state.ts';
import type { FileProgress, LoadSpan } from '../../../platform/progress/progress.ts';
import { fileOf } from '../../dashboard/scripted.ts';
import { commitOf, tickOf } from './support.ts';

const folder = new URL('./recordings/', import.meta.url);

type Slot = [
  chunk: number,
  step: 'reading' | 'loading' | 'committing',
  bytes: number,
  read: number,
  rows: number,
];

interface Line {
  readonly at: number;
  readonly file?: [state: FileProgress['state'], committed: number, bytes: number, rows: number];
  readonly commits?: readonly number[];
  readonly workers?: readonly [string, ...Slot[]][];
}

export interface Recording {
  readonly name: string;
  readonly file: { readonly dataset: string; readonly bytes: number; readonly chunks: number };
  readonly lines: readonly Line[];
  /** How long it took from its last commit until it was done. */
  readonly span: LoadSpan;
  readonly doneAt: number;
}

export function recordings(): Recording[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8').trim();
      const [file, ...lines] = text.split('\n').map((line) => JSON.parse(line));
      const at = (is: (line: Line) => boolean): number => (lines as Line[]).find(is)!.at;
      const lastAt = at((line) => line.file?.[1] === file.chunks);
      const doneAt = at((line) => line.file?.[0] === 'done');
      const span = { fileId: 1, loadMs: lastAt, endMs: doneAt - lastAt };
      return { name: name.replace('.ndjson', ''), file, lines, span, doneAt };
    });
}

export interface Told {
  readonly at: number;
  /** Of the file's bytes that workers have read. */
  readonly share: number;
  readonly etaSeconds: number;
}

/** What is told of the time left, each time that something is told. `before`: a load of the same dataset before it. */
export function play({ file, lines }: Recording, before: Recording | null): Told[] {
  const model = new ProgressModel();
  const row = (state: FileProgress['state'], chunksCommitted: number, bytesCommitted: number, rows: number) =>
    fileOf({
      ...{ fileId: 1, state, ...file, chunksCommitted, bytesCommitted, bytesSeen: bytesCommitted },
      rows: { parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 },
    });
  if (before !== null) {
    const done = row('done', before.file.chunks, before.file.bytes, 0);
    model.applySpans([{ ...done, bytes: before.file.bytes }], [before.span]);
  }
  const told: Told[] = [];
  for (const { at, file: seen, commits = [], workers = [] } of lines) {
    for (const [workerId, ...slots] of workers)
      model.applyTick(
        tickOf({
          workerId,
          slots: slots.map(([chunkNumber, step, bytes, bytesRead, rows]) => ({
            ...{ fileId: 1, chunkNumber, step, bytes, bytesRead, rows },
          })),
        }),
      );
    if (seen) model.applyLedger([row(...seen)], [], commits.map(commitOf), at);
    model.settle(at);
    const [{ bytes, bytesSeen, etaSeconds }] = model.state().files;
    if (etaSeconds !== null) told.push({ at, share: bytesSeen / bytes, etaSeconds });
  }
  return told;
}
