/** Rows of an answer as lines or bars. The table below says the same. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ChartDetail } from '../../../platform/progress/dataset-detail.ts';
import { axisOf, coloursOf, onTheme } from '../colours.ts';
import { compact, count } from '../format.ts';
import { type AnswerRow, type ChartShape, misfitOf, shapeOf } from './chart-shape.ts';

const height = 190;
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
/** Of lines, in their order; they differ in their dashes too. */
const colours = ['--accent', '--warn', '--alarm', '--quiet'];
const dashes = [[], [7, 3], [2, 3], [10, 3, 2, 3]];

/** `chart`: what the definition says. */
export function ResultChart(props: { rows: readonly AnswerRow[]; label: string; chart: ChartDetail | null }) {
  const { rows, label, chart } = props;
  const shape = useMemo(() => shapeOf(rows, chart), [rows, chart]);
  const misfit = chart && misfitOf(rows, chart);
  return (
    <>
      {misfit && <p class="small warn pad">Not drawn as the definition says: {misfit}.</p>}
      {shape?.kind === 'bars' && <Bars shape={shape} />}
      {shape?.kind === 'lines' && <Lines shape={shape} label={label} />}
    </>
  );
}

function Bars({ shape }: { shape: Extract<ChartShape, { kind: 'bars' }> }) {
  const most = shape.bars.reduce((top, { value }) => Math.max(top, value), 0) || 1;
  return (
    <div class="pad">
      <p class="small quiet">{shape.measure}</p>
      <ul class="bars small" aria-label={shape.measure}>
        {shape.bars.map(({ name, value }) => (
          <li key={name}>
            <span class="partition-name" title={name}>
              {name}
            </span>
            <span class="share-bar" aria-hidden="true">
              <i style={{ width: `${(value / most) * 100}%` }} />
            </span>
            <span>{Number.isInteger(value) ? count(value) : precise.format(value)}</span>
          </li>
        ))}
      </ul>
      {shape.left > 0 && <p class="small quiet">and {count(shape.left)} more in the table</p>}
    </div>
  );
}

function Lines({ shape, label }: { shape: Extract<ChartShape, { kind: 'lines' }>; label: string }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current!;
    let plot: uPlot | null = null;
    const build = () => {
      plot?.destroy();
      const data = [shape.x, ...shape.lines.map(({ values }) => values)] as uPlot.AlignedData;
      plot = new uPlot(optionsOf(element, shape), data, element);
    };
    build();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const unfollow = onTheme(build);
    return () => {
      resized.disconnect();
      unfollow();
      plot?.destroy();
    };
  }, [shape]);
  return (
    <>
      <div class="chart result" ref={holder} role="img" aria-label={`${label}: ${wordsOf(shape)}`} />
      <p class="legend small pad">
        {shape.lines.map(({ name }, i) => (
          <span key={name}>
            <svg width="22" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="22"
                y1="4"
                y2="4"
                stroke={`var(${colours[i]})`}
                stroke-width="2"
                stroke-dasharray={dashes[i].join(' ')}
              />
            </svg>{' '}
            {name}
          </span>
        ))}
        {shape.left > 0 && <span>and {count(shape.left)} smaller ones in the table</span>}
      </p>
    </>
  );
}

function wordsOf({ lines }: Extract<ChartShape, { kind: 'lines' }>): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null);
      const most = known.reduce((top, value) => Math.max(top, value), Number.NEGATIVE_INFINITY);
      return known.length === 0 ? name : `${name} at most ${count(most)}`;
    })
    .join(', ');
}

function optionsOf(element: HTMLElement, shape: Extract<ChartShape, { kind: 'lines' }>): uPlot.Options {
  const colour = coloursOf(element);
  const axis = axisOf(element);
  const points = shape.x.length <= 40;
  return {
    width: element.clientWidth,
    height,
    padding: [8, 16, 0, 0],
    // Times are those of the answer, in UTC.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: shape.isTime },
      y: { range: (_plot, min, max) => [Math.min(0, min ?? 0), Math.max(1e-9, (max ?? 1) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        ...{ grid: { show: false }, size: 26, space: 84 },
        ...(shape.isTime && {
          values: (_plot, ticks, _axis, _space, apart) => ticks.map((tick) => instant(tick, apart)),
        }),
      },
      { ...axis, size: 52, space: 30, values: (_plot, ticks) => ticks.map(compact) },
    ],
    series: [
      {},
      ...shape.lines.map((_, i) => ({
        stroke: colour(colours[i]),
        width: 1.5,
        dash: dashes[i],
        spanGaps: true,
        points: { show: points, size: 5 },
      })),
    ],
  };
}

const daySeconds = 86_400;

/** In UTC: the day, or the time of day where ticks are less than a day apart. */
function instant(seconds: number, apart: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return apart < daySeconds && seconds % daySeconds !== 0 ? text.slice(11, 16) : text.slice(0, 10);
}
