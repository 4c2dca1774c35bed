/** Rows per second over the last minutes. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ThroughputSample } from '../../../platform/progress/progress.ts';
import { axisOf, coloursOf, onTheme } from '../colours.ts';
import { compact, count } from '../format.ts';
import { PanelHead } from '../panel.tsx';
import { chartPoints, chartStart, isMoving, shownMs } from '../stream/throughput.ts';

const height = 150;
/** The chart moves with time at this pace, as long as it has something to show. */
const stepMs = 1000;
/** The least height of the vertical axis, so that an idle chart has a scale. */
const leastTop = 1000;

export function Chart({
  samples,
  rowsPerSecond,
}: {
  samples: readonly ThroughputSample[];
  /** Null: nobody knows. The line then ends at the last sample. */
  rowsPerSecond: number | null;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(samples);
  latest.current = samples;

  useEffect(() => {
    const element = holder.current!;
    const build = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        options(element, () => chartStart(latest.current, Date.now())),
        chartPoints(latest.current, Date.now()),
        element,
      );
    };
    build();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const unfollow = onTheme(build);
    return () => {
      resized.disconnect();
      unfollow();
      plot.current?.destroy();
    };
  }, []);

  const isStale = rowsPerSecond === null;
  useEffect(() => {
    const end = () => (isStale ? (latest.current.at(-1)?.at ?? Date.now()) : Date.now());
    const update = () => plot.current?.setData(chartPoints(latest.current, end()));
    update();
    if (!isMoving(samples, Date.now())) return;
    const clock = setInterval(update, stepMs);
    return () => clearInterval(clock);
  }, [samples, isStale]);

  const peak = samples.reduce((most, sample) => Math.max(most, sample.rowsPerSecond), 0);
  return (
    <section class="panel" aria-label="Throughput">
      <PanelHead title="Rows per second" note={peak > 0 ? `peak ${compact(peak)}` : undefined} />
      <div
        class="chart"
        ref={holder}
        role="img"
        aria-label={`Rows per second over the last ${shownMs / 60_000} minutes: ${isStale ? '' : `now ${count(rowsPerSecond)}, `}at most ${count(peak)}`}
      />
    </section>
  );
}

/** `start` returns when the chart begins, in ms. It is called whenever the chart is drawn. */
function options(element: HTMLElement, start: () => number): uPlot.Options {
  const colour = coloursOf(element);
  const axis = axisOf(element);
  return {
    width: element.clientWidth,
    height,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { range: () => [start() / 1000, Date.now() / 1000] },
      y: { range: (_plot, _min, max) => [0, Math.max(leastTop, (max ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 60,
        incrs: [10, 15, 30, 60, 120, 300],
        values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => clock(tick, step)),
      },
      { ...axis, size: 46, space: 28, values: (_plot, ticks) => ticks.map(compact) },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        width: 1.5,
        fill: colour('--accent-wash'),
        points: { show: false },
      },
    ],
  };
}

/** The time of day, with seconds where ticks are less than a minute apart. */
function clock(seconds: number, step: number): string {
  const time = new Date(seconds * 1000).toLocaleTimeString('en-GB');
  return step < 60 ? time : time.slice(0, 5);
}
