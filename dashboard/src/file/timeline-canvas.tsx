/** The timeline of a file, a line for each slot of a worker, and the rows per second that came of it. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { plural } from '../../../platform/plural.ts';
import { axisOf, coloursOf, onTheme } from '../colours.ts';
import { compact, count, duration } from '../format.ts';
import { PanelHead } from '../panel.tsx';
import type { ChunkCells } from './chunk-cells.ts';
import { shortWorker } from './chunk-words.ts';
import { type Lane, lanesOf, type Span, throughputOf } from './timeline.ts';
import { type Drawing, useCanvas } from './use-canvas.ts';

/** In CSS pixels. */
const laneHeight = 12;
const axisHeight = 18;
const chartHeight = 110;
/** Lanes that are drawn. */
const lanesMost = 48;

const stepColours = {
  reading: '--accent-soft',
  loading: '--copying',
  committing: '--accent',
  waiting: '--warn-line',
} as const;

export function TimelinePanel(props: { cells: ChunkCells; version: number; chosen: number }) {
  const { cells, version, chosen } = props;
  const lanes = lanesOf(cells, cells.serverTime(Date.now()));
  if (lanes.length === 0) return null;
  const shown = lanes.slice(0, lanesMost);
  const workers = new Set(lanes.map(({ worker }) => worker)).size;
  return (
    <section class="panel" aria-label="Timeline">
      <PanelHead
        title="Timeline"
        note={`${plural(workers, 'worker')}, ${plural(lanes.length, 'slot')}${lanes.length > lanesMost ? `, ${lanesMost} shown` : ''}`}
      />
      <div class="pad">
        <TimelineCanvas {...{ lanes: shown, version, chosen, cells }} />
        <ul class="legend small">
          <li>
            <i class="cell reading" aria-hidden="true" /> reading
          </li>
          <li>
            <i class="cell copying" aria-hidden="true" /> copying
          </li>
          <li>
            <i class="cell committed" aria-hidden="true" /> committing, or over before this page was open
          </li>
        </ul>
      </div>
      <Throughput cells={cells} version={version} />
    </section>
  );
}

function bordersOf(lanes: readonly Lane[]): { from: number; to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const { spans } of lanes) {
    for (const span of spans) {
      if (span.from < from) from = span.from;
      if (span.to > to) to = span.to;
    }
  }
  return { from, to: Math.max(to, from + 1) };
}

function TimelineCanvas(props: {
  lanes: readonly Lane[];
  version: number;
  chosen: number;
  cells: ChunkCells;
}) {
  const { lanes, version, chosen, cells } = props;
  const canvas = useCanvas({
    height: () => lanes.length * laneHeight + axisHeight,
    draw: (drawing) => drawLanes(drawing, lanes, chosen),
    shown: [cells, version, chosen],
  });
  return (
    <div class="lanes" role="img" aria-label={timelineWords(lanes)}>
      <canvas ref={canvas} />
    </div>
  );
}

/** What the timeline shows, for those who do not see it. */
function timelineWords(lanes: readonly Lane[]): string {
  const spans = lanes.flatMap((lane) => lane.spans);
  const over = spans.filter(({ isOpen }) => !isOpen);
  const took = (span: Span) => span.to - span.from;
  const sorted = [...over].sort((a, b) => took(a) - took(b));
  const { from, to } = bordersOf(lanes);
  const facts = [`${plural(spans.length, 'chunk')} in ${duration((to - from) / 1000)}`];
  const slowest = sorted.at(-1);
  if (slowest !== undefined) {
    facts.push(
      `half of them took at most ${duration(took(sorted[Math.floor(sorted.length / 2)]) / 1000)} each`,
    );
    facts.push(`the slowest is chunk ${count(slowest.number + 1)} with ${duration(took(slowest) / 1000)}`);
  }
  return facts.join(', ');
}

function drawLanes({ context, width, colour }: Drawing, lanes: readonly Lane[], chosen: number): void {
  const { from, to } = bordersOf(lanes);
  const labels = width > 520 ? 130 : 0;
  const x = (at: number) => labels + ((at - from) / (to - from)) * (width - labels);
  const colours = {
    steps: Object.fromEntries(Object.entries(stepColours).map(([step, name]) => [step, colour(name)])),
    plain: colour('--accent'),
    ink: colour('--ink'),
    quiet: colour('--quiet'),
    line: colour('--line'),
  };
  context.font = `11px ${getComputedStyle(context.canvas).fontFamily}`;
  for (const [i, { worker, spans }] of lanes.entries()) {
    const y = i * laneHeight;
    if (labels > 0 && worker !== lanes[i - 1]?.worker) {
      context.fillStyle = colours.quiet;
      context.fillText(shortWorker(worker).slice(-20), 0, y + laneHeight - 3, labels - 8);
    }
    for (const span of spans) {
      drawSpan(context, { span, x, y, colours });
      if (span.number !== chosen) continue;
      context.strokeStyle = colours.ink;
      context.lineWidth = 1.5;
      context.strokeRect(x(span.from), y + 0.75, Math.max(2, x(span.to) - x(span.from)), laneHeight - 3);
    }
  }
  const bottom = lanes.length * laneHeight + 0.5;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(labels, bottom);
  context.lineTo(width, bottom);
  context.stroke();
  context.fillStyle = colours.quiet;
  context.textAlign = 'left';
  context.fillText('0 s', labels, bottom + 13);
  context.textAlign = 'right';
  context.fillText(duration((to - from) / 1000), width, bottom + 13);
}

function drawSpan(
  context: CanvasRenderingContext2D,
  at: {
    span: Span;
    x(time: number): number;
    y: number;
    colours: { steps: Readonly<Record<string, string>>; plain: string };
  },
): void {
  const { span, x, y, colours } = at;
  const steps = span.steps.length > 0 ? span.steps : [{ step: '', at: span.from }];
  for (const [i, step] of steps.entries()) {
    const [begin, end] = [i === 0 ? span.from : step.at, steps[i + 1]?.at ?? span.to];
    context.fillStyle = colours.steps[step.step] ?? colours.plain;
    const gap = i === steps.length - 1 ? 1 : 0;
    context.fillRect(x(begin), y + 1, Math.max(1, x(end) - x(begin) - gap), laneHeight - 3);
  }
}

/** Rows per second over the load. */
function Throughput({ cells, version }: { cells: ChunkCells; version: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const { seconds, rates } = throughputOf(cells);
  const isShown = seconds.length > 2;
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let plot: uPlot | null = null;
    const build = () => {
      plot?.destroy();
      plot = new uPlot(chartOptions(element), [seconds, rates], element);
    };
    build();
    const resized = new ResizeObserver(() =>
      plot?.setSize({ width: element.clientWidth, height: chartHeight }),
    );
    resized.observe(element);
    const unfollow = onTheme(build);
    return () => {
      resized.disconnect();
      unfollow();
      plot?.destroy();
    };
  }, [cells, version, isShown]);
  if (!isShown) return null;
  const peak = rates.reduce((most, rate) => Math.max(most, rate), 0);
  return (
    <div
      class="chart short"
      ref={holder}
      role="img"
      aria-label={`Rows per second over the load: at most ${count(peak)}`}
    />
  );
}

function chartOptions(element: HTMLElement): uPlot.Options {
  const colour = coloursOf(element);
  const axis = axisOf(element);
  return {
    width: element.clientWidth,
    height: chartHeight,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 60,
        values: (_plot, ticks) => ticks.map((tick) => duration(tick).replace('.0 s', ' s')),
      },
      { ...axis, size: 46, space: 28, values: (_plot, ticks) => ticks.map(compact) },
    ],
    series: [
      {},
      { stroke: colour('--accent'), width: 1.5, fill: colour('--accent-wash'), points: { show: false } },
    ],
  };
}
