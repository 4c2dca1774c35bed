/** Draws plots as SVG, for light and dark pages, without a library. */

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Whether the line is computed and not measured. */
  readonly dashed?: boolean;
}

export interface Axis {
  readonly title: string;
  /** Formats a tick. Default: `short`. */
  readonly format?: (value: number) => string;
  readonly log?: boolean;
}

const width = 760;
const height = 360;
const margin = { left: 76, right: 24, top: 54, bottom: 74 };
const plot = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };

/** The colours of Okabe and Ito, which colour-blind readers can tell apart. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#888888'];

const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 14px; font-weight: 600 }
.grid { stroke: #d0d7de; stroke-width: 1 } .axis { stroke: #57606a } .note { fill: #57606a }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8b949e } .note { fill: #8b949e } }
</style>`;

/** A line chart. Axes begin at zero, or at a power of ten if they are logarithmic. */
export function lineChart(title: string, lines: readonly Line[], x: Axis, y: Axis): string {
  const all = lines.flatMap((line) => line.points);
  const scaleX = scaleOf(
    all.map(([value]) => value),
    x.log === true,
    plot.width,
  );
  const scaleY = scaleOf(
    all.map(([, value]) => value),
    y.log === true,
    plot.height,
  );
  const at = ([px, py]: readonly [number, number]) =>
    `${round(margin.left + scaleX.place(px))},${round(margin.top + plot.height - scaleY.place(py))}`;
  const drawn = lines.map(({ points, dashed }, index) => {
    const path = points.map(at).join(' ');
    const dash = dashed ? ' stroke-dasharray="6 4"' : '';
    return `<polyline points="${path}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="2"${dash}/>`;
  });
  return svg(
    title,
    [...axes(scaleX, scaleY, x, y), ...drawn, ...legend(lines.map(({ name }) => name))],
    height,
  );
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  /** A value to mark on the bar's line. */
  readonly goal?: number;
}

/** A chart of horizontal bars on one scale from zero. */
export function barChart(title: string, bars: readonly Bar[], note: string): string {
  const rowHeight = 40;
  const top = 56;
  const most = Math.max(...bars.flatMap(({ value, goal }) => [value, goal ?? 0]), Number.MIN_VALUE);
  const length = (value: number) => round((value / most) * (width - 150));
  const drawn = bars.flatMap(({ name, value, text, goal }, index) => {
    const y = top + index * rowHeight;
    const mark =
      goal === undefined
        ? ''
        : `<line x1="${16 + length(goal)}" x2="${16 + length(goal)}" y1="${y}" y2="${y + 24}" class="axis" stroke-width="2" stroke-dasharray="3 2"/>`;
    return [
      `<text x="16" y="${y}">${escaped(name)}</text>`,
      `<rect x="16" y="${y + 5}" width="${length(value)}" height="14" rx="2" fill="${colours[index % 2 === 0 ? 0 : 5]}"/>`,
      `<text x="${24 + length(value)}" y="${y + 17}">${escaped(text)}</text>`,
      mark,
    ];
  });
  const end = top + bars.length * rowHeight;
  return svg(title, [...drawn, `<text x="16" y="${end + 6}" class="note">${escaped(note)}</text>`], end + 20);
}

interface Scale {
  place(value: number): number;
  readonly ticks: readonly number[];
}

function scaleOf(values: readonly number[], log: boolean, length: number): Scale {
  const most = Math.max(...values, Number.MIN_VALUE);
  if (!log) {
    const step = niceStep(most);
    const end = Math.ceil(most / step - 1e-9) * step;
    const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
    return { ticks, place: (value) => (value / end) * length };
  }
  const low = Math.floor(Math.log10(Math.min(...values.filter((value) => value > 0))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return {
    ticks,
    place: (value) => ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * length,
  };
}

/** The distance of ticks: 1, 2 or 5 times a power of ten, so that there are four to ten ticks. */
function niceStep(most: number): number {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10) * power;
}

function axes(scaleX: Scale, scaleY: Scale, x: Axis, y: Axis): string[] {
  const bottom = margin.top + plot.height;
  const right = margin.left + plot.width;
  const horizontal = scaleY.ticks.map((tick) => {
    const at = round(bottom - scaleY.place(tick));
    const label = escaped((y.format ?? short)(tick));
    return `<line class="grid" x1="${margin.left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${label}</text>`;
  });
  const vertical = scaleX.ticks.map((tick) => {
    const at = round(margin.left + scaleX.place(tick));
    const label = escaped((x.format ?? short)(tick));
    return `<line class="grid" x1="${at}" x2="${at}" y1="${margin.top}" y2="${bottom}"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  return [
    ...horizontal,
    ...vertical,
    `<text class="note" x="${right}" y="${bottom + 34}" text-anchor="end">${escaped(x.title)}</text>`,
    `<text class="note" x="${margin.left}" y="${margin.top - 8}" text-anchor="start">${escaped(y.title)}</text>`,
  ];
}

function legend(names: readonly string[]): string[] {
  let at = margin.left;
  return names.map((name, index) => {
    const x = at;
    at += 34 + name.length * 6.6;
    const colour = colours[index % colours.length];
    return `<rect x="${round(x)}" y="${height - 20}" width="12" height="12" fill="${colour}"/><text x="${round(x + 17)}" y="${height - 10}">${escaped(name)}</text>`;
  });
}

function svg(title: string, body: readonly string[], tall: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${tall}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
${style}
<text class="title" x="16" y="18">${escaped(title)}</text>
${body.filter((line) => line !== '').join('\n')}
</svg>
`;
}

/** 1500000 → 1.5M */
export function short(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let unit = 0;
  let amount = value;
  while (Math.abs(amount) >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${Number(amount.toPrecision(3))}${units[unit]}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
