/** Rows that were loaded on each of the last days. */
import { plural } from '../../../platform/plural.ts';
import type { LoadsAnswer } from '../../../platform/progress/dataset-detail.ts';
import { compact, count, size } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead } from '../panel.tsx';
import type { Answer } from '../stream/use-answer.ts';
import { type Day, daysSince } from './days.ts';

const height = 72;
/** Of a day, in the units of the drawing: a bar and the room after it. */
const step = 8;
const bar = 6;

export function LoadsPanel({ answer }: { answer: Answer<LoadsAnswer> }) {
  const { value, refusal } = answer;
  const days = value === null ? [] : daysSince(value, Date.now());
  const rows = days.reduce((all, day) => all + day.rows, 0);
  const files = days.reduce((all, day) => all + day.files, 0);
  const failed = days.reduce((all, day) => all + day.failed, 0);
  return (
    <section class="panel" aria-label="Loads per day" aria-busy={answer.isLoading}>
      <PanelHead
        title="Loads per day"
        note={value !== null && `${count(rows)} rows of ${plural(files, 'file')} in ${days.length} days`}
      />
      {refusal && (
        <div class="pad">
          <Fault error={refusal} mild />
        </div>
      )}
      {value !== null &&
        (files + failed === 0 ? (
          <p class="small quiet pad">Nothing was loaded in the last {days.length} days.</p>
        ) : (
          <Bars days={days} />
        ))}
    </section>
  );
}

function Bars({ days }: { days: readonly Day[] }) {
  const most = days.reduce((top, { rows }) => Math.max(top, rows), 1);
  const best = days.find(({ rows }) => rows === most);
  const loaded = days.filter(({ rows, failed }) => rows + failed > 0);
  const label = `Rows loaded on each day since ${days[0].day}: most on ${best?.day ?? '–'}, ${count(most)}; loads on ${plural(loaded.length, 'day')}`;
  return (
    <div class="day-bars">
      <svg
        viewBox={`0 0 ${days.length * step} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {days.map(({ day, rows, files, failed, rejected, bytes }, i) => (
          <g key={day}>
            <title>
              {`${day}: ${count(rows)} rows, ${plural(files, 'file')}, ${size(bytes)}${rejected > 0 ? `, ${count(rejected)} rejected` : ''}${failed > 0 ? `, ${plural(failed, 'file')} failed` : ''}`}
            </title>
            <rect class="ground" x={i * step} y="0" width={bar} height={height} />
            {rows > 0 && (
              <rect
                class="rows"
                x={i * step}
                y={height - Math.max(2, (rows / most) * (height - 6))}
                width={bar}
                height={Math.max(2, (rows / most) * (height - 6))}
              />
            )}
            {failed > 0 && <rect class="failed" x={i * step} y="0" width={bar} height="4" />}
          </g>
        ))}
      </svg>
      <p class="small quiet day-ends">
        <span>{days[0].day}</span>
        <span>most: {compact(most)} rows</span>
        <span>{days.at(-1)?.day}, UTC</span>
      </p>
    </div>
  );
}
