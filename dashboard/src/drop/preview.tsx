/** How a file would be loaded: its dialect, its columns, its first rows, and what would be rejected. */
import { plural } from '../../../platform/plural.ts';
import type { Inspection } from '../../../platform/progress/inspection.ts';
import { count } from '../format.ts';

export function Preview({ inspection }: { inspection: Inspection }) {
  const { columns, rows, read, rejected, rejects, unknown, dialect } = inspection;
  return (
    <div class="preview">
      {dialect.length > 0 && <p class="small quiet">{dialect.join(', ')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only a keyboard scrolls it. */}
      <section class="scroll" tabIndex={0} aria-label="First rows as they will be loaded">
        <table>
          <thead>
            <tr>
              {columns.map(({ name, type, header }) => (
                <th key={name} scope="col">
                  {name}
                  <small class="quiet">
                    {type}
                    {header !== null && header !== name && <> ← {header}</>}
                  </small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={r}>
                {row.map((value, c) => (
                  <td key={columns[c]?.name}>{value ?? <span class="quiet">null</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="small">
        {plural(read, 'row')} read
        {rejected === 0 ? ', none would be rejected.' : `, of which ${count(rejected)} would be rejected:`}
      </p>
      {rejected > 0 && (
        <ul class="small rejected">
          {rejects.slice(0, 5).map(({ line, code, message }) => (
            <li key={`${line} ${code} ${message}`}>
              line {count(line)}: {message} <span class="code">{code}</span>
            </li>
          ))}
        </ul>
      )}
      {unknown.length > 0 && (
        <p class="small quiet">The dataset has no column for: {unknown.slice(0, 20).join(', ')}</p>
      )}
    </div>
  );
}
