/** The rows that were not loaded, of late: where, why, and what stood there. */

import { useState } from 'preact/hooks';
import { plural } from '../../platform/plural.ts';
import type { FileProgress, RejectSample } from '../../platform/progress/progress.ts';
import { PanelHead } from './files.tsx';
import { count } from './format.ts';

const shortList = 6;

export function Rejects(props: {
  rejects: readonly RejectSample[];
  files: readonly FileProgress[];
  total: number;
}) {
  const { rejects, files, total } = props;
  const [all, setAll] = useState(false);
  const names = new Map(files.map((file) => [file.fileId, file.name]));
  const shown = all ? rejects : rejects.slice(0, shortList);
  return (
    <section class="panel" aria-label="Recent rejects">
      <PanelHead title="Recent rejects" note={total > 0 ? `${count(total)} in all` : undefined} />
      {rejects.length === 0 && (
        <p class="quiet pad">None. Rows that do not fit the definition would be listed here.</p>
      )}
      <ul class="rejects">
        {shown.map((reject) => (
          <li class="reject" key={`${reject.fileId}:${reject.line}:${reject.column}:${reject.code}`}>
            <div class="file-line">
              <span class="reject-place">
                {names.get(reject.fileId) ?? `file ${reject.fileId}`}
                <span class="quiet"> line {count(reject.line)}</span>
              </span>
              <span class="code">
                {reject.code
                  .replace(/^LF_REJECT_/, '')
                  .toLowerCase()
                  .replaceAll('_', ' ')}
              </span>
            </div>
            <p class="small">
              {reject.column && <b>{reject.column}: </b>}
              {reasonOf(reject)}
            </p>
            <div class="raw" title={reject.raw}>
              <pre>{reject.raw}</pre>
            </div>
          </li>
        ))}
      </ul>
      {rejects.length > shown.length && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show {plural(rejects.length - shown.length, 'more reject')}
        </button>
      )}
    </section>
  );
}

/** The message without the name of the column, which stands before it. */
function reasonOf({ column, message }: RejectSample): string {
  const name = `${column}: `;
  return message.startsWith(name) ? message.slice(name.length) : message;
}
