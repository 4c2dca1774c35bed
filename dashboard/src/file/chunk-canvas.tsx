/** The chunks of a file as a map: a cell for each, which says what it is doing. */
import { plural } from '../../../platform/plural.ts';
import { count } from '../format.ts';
import { PanelHead } from '../panel.tsx';
import { type CellKind, type ChunkCells, kinds } from './chunk-cells.ts';
import { chunkWords } from './chunk-words.ts';
import { type Drawing, useCanvas } from './use-canvas.ts';

/** Sizes of cells in CSS pixels, the gap after each included. */
const cellLeast = 4;
const cellMost = 18;
/** The map is about this tall, in CSS pixels. */
const tall = 190;

interface Grid {
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
}

function gridOf(cells: number, width: number): Grid {
  const fitting = Math.floor(Math.sqrt((width * tall) / Math.max(1, cells)));
  const cell = Math.min(cellMost, Math.max(cellLeast, fitting));
  const columns = Math.max(1, Math.floor(width / cell));
  return { cell, columns, rows: Math.ceil(cells / columns) };
}

/** The colour that a kind is filled with; a kind without one is drawn as an outline. */
const fills: Readonly<Record<CellKind, string | null>> = {
  waiting: '--track',
  reading: '--accent-soft',
  copying: '--copying',
  committed: '--accent',
  retried: '--accent',
  'given back': null,
  failed: '--alarm',
  undone: null,
};

export function ChunkPanel(props: {
  cells: ChunkCells;
  /** Changes whenever a cell may have. */
  version: number;
  chosen: number;
  choose(number: number): void;
}) {
  const { cells, version, chosen, choose } = props;
  const counts = cells.counts();
  return (
    <section class="panel" aria-label="Chunks">
      <PanelHead
        title="Chunks"
        note={`${count(cells.committedCount)} of ${plural(cells.size, 'chunk')} committed`}
      />
      <div class="pad">
        <ChunkCanvas {...{ cells, version, chosen, choose }} />
        <ul class="legend small">
          {kinds.map(
            (kind) =>
              (counts.get(kind) ?? 0) > 0 && (
                <li key={kind}>
                  <i class={`cell ${kind.replace(' ', '-')}`} aria-hidden="true" /> {count(counts.get(kind)!)}{' '}
                  {kind}
                </li>
              ),
          )}
        </ul>
        <p class="small chosen">{chunkWords(cells, chosen)}</p>
      </div>
    </section>
  );
}

function ChunkCanvas({ cells, version, chosen, choose }: Parameters<typeof ChunkPanel>[0]) {
  const canvas = useCanvas({
    height: (width) => {
      const grid = gridOf(cells.size, width);
      return grid.rows * grid.cell;
    },
    draw: (drawing) => drawCells(drawing, cells, chosen),
    shown: [cells, version, chosen],
  });
  const gridNow = () => gridOf(cells.size, canvas.current!.parentElement!.clientWidth);
  const clicked = (event: MouseEvent) => {
    const { cell, columns } = gridNow();
    const number = Math.floor(event.offsetY / cell) * columns + Math.floor(event.offsetX / cell);
    if (event.offsetX < columns * cell && number < cells.size) choose(number);
  };
  const pressed = (event: KeyboardEvent) => {
    const { columns } = gridNow();
    const steps: Record<string, number> = {
      ...{ ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns },
      ...{ PageDown: columns * 10, PageUp: -columns * 10, Home: -cells.size, End: cells.size },
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(cells.size - 1, chosen + step)));
  };
  return (
    <div
      class="map"
      role="slider"
      tabIndex={0}
      aria-label="Chunk"
      aria-valuemin={1}
      aria-valuemax={cells.size}
      aria-valuenow={chosen + 1}
      aria-valuetext={chunkWords(cells, chosen)}
      onKeyDown={pressed}
    >
      <canvas ref={canvas} onClick={clicked} />
    </div>
  );
}

/** Cells of one kind are drawn together, so that ten thousand take a few ms. */
function drawCells({ context, width, colour }: Drawing, cells: ChunkCells, chosen: number): void {
  const { cell, columns } = gridOf(cells.size, width);
  const gap = cell > 6 ? 2 : 1;
  const side = cell - gap;
  const byKind = new Map<CellKind, number[]>();
  for (let number = 0; number < cells.size; number++) {
    const kind = cells.kindOf(number);
    const numbers = byKind.get(kind);
    if (numbers) numbers.push(number);
    else byKind.set(kind, [number]);
  }
  const place = (number: number) => [(number % columns) * cell, Math.floor(number / columns) * cell] as const;
  for (const [kind, numbers] of byKind) {
    const fill = fills[kind];
    if (fill !== null) {
      context.fillStyle = colour(fill);
      for (const number of numbers) context.fillRect(...place(number), side, side);
    } else {
      context.strokeStyle = colour(kind === 'undone' ? '--quiet' : '--warn');
      for (const number of numbers) {
        const [x, y] = place(number);
        context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
      }
    }
    if (kind !== 'retried') continue;
    // A corner says that it took more than one attempt.
    context.fillStyle = colour('--warn-mark');
    const corner = Math.max(2, Math.round(side / 2.5));
    for (const number of numbers) {
      const [x, y] = place(number);
      context.fillRect(x + side - corner, y, corner, corner);
    }
  }
  const [x, y] = place(chosen);
  context.strokeStyle = colour('--ink');
  context.lineWidth = 1.5;
  context.strokeRect(x - 0.75, y - 0.75, side + 1.5, side + 1.5);
}
