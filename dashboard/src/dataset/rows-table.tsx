/** Rows of an answer as a table. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { AnswerRow, Cell } from './chart-shape.ts';
import { Scrolling } from './columns-panel.tsx';

const step = 50;

export function RowsTable({ rows, label }: { rows: readonly AnswerRow[]; label: string }) {
  const [most, setMost] = useState(step);
  if (rows.length === 0) return <p class="small quiet pad">The answer has no row.</p>;
  const names = Object.keys(rows[0]);
  const numeric = new Set(names.filter((name) => typeof rows[0][name] === 'number'));
  const left = rows.length - most;
  return (
    <>
      <Scrolling label={label}>
        <table>
          <thead>
            <tr>
              {names.map((name) => (
                <th scope="col" key={name} class={numeric.has(name) ? 'number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row, i) => (
              <tr key={i}>
                {names.map((name) => (
                  <td key={name} class={numeric.has(name) ? 'number' : undefined}>
                    {wordsOf(row[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      {left > 0 && (
        <button type="button" class="more" onClick={() => setMost(most + 4 * step)}>
          Show {plural(Math.min(left, 4 * step), 'more row')}
        </button>
      )}
    </>
  );
}

function wordsOf(cell: Cell) {
  if (cell === null) return <span class="quiet">null</span>;
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
