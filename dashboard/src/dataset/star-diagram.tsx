/** The star as a diagram: the fact table and the dimensions that it joins. */
import { plural } from '../../../platform/plural.ts';
import type { StarDetail } from '../../../platform/progress/dataset-detail.ts';
import { PanelHead } from '../panel.tsx';
import { type Box, fitted, layStar } from './star-layout.ts';

export function StarDiagram({ star }: { star: StarDetail }) {
  const { width, height, fact, dimensions } = layStar(star);
  const keys = star.dimensions.length;
  return (
    <section class="panel" aria-label="Star">
      <PanelHead title="Star" note={`schema ${star.schema}`} />
      <div class="star">
        <svg viewBox={`-1 -1 ${width + 2} ${height + 2}`} role="img" aria-label={wordsOf(star)}>
          {dimensions.map(({ key, line }) => (
            <path
              key={key}
              class="join"
              d={`M${line.fromX} ${line.fromY} C${line.fromX + 34} ${line.fromY} ${line.toX - 34} ${line.toY} ${line.toX} ${line.toY}`}
            />
          ))}
          <Table box={fact} keys={keys} isFact />
          {dimensions.map((box) => (
            <Table key={box.key} box={box} keys={0} />
          ))}
        </svg>
      </div>
    </section>
  );
}

function wordsOf({ schema, fact, values, dimensions }: StarDetail): string {
  const joins = dimensions.map(({ table, key, columns }) =>
    columns.length > 0 ? `${table} by ${key}, with ${columns.join(', ')}` : `${table} by ${key}`,
  );
  const own = `Fact table ${schema}.${fact}, ${plural(values.length, 'column')} of its own: ${values.join(', ')}.`;
  return joins.length === 0 ? own : `${own} Joins ${joins.join('; ')}.`;
}

function Table({ box, keys, isFact }: { box: Box; keys: number; isFact?: boolean }) {
  return (
    <g class={isFact ? 'fact' : 'dimension'} transform={`translate(${box.x} ${box.y})`}>
      <rect width={box.width} height={box.height} rx="6" />
      <text class="title" x="10" y="17">
        {fitted(box.title)}
        <title>{box.title}</title>
      </text>
      {box.lines.map((line, i) => (
        <text key={line} class={i < keys ? 'key' : 'value'} x="10" y={35 + i * 15}>
          {fitted(line, 21)}
          <title>{line}</title>
        </text>
      ))}
    </g>
  );
}
