/** The latest rejects: place, reason and raw text. */

import type { FileProgress, RejectSample } from '../../platform/progress/progress.ts';
import { count } from './format.ts';
import { PanelHead, useShortList } from './panel.tsx';

const shortList = 6;

export function Rejects(props: {
  rejects: readonly RejectSample[];
  files: readonly FileProgress[];
  total: number;
}) {
  const { rejects, files, total } = props;
  const names = new Map(files.map((file) => [file.fileId, file.name]));
  const { shown, more } = useShortList(rejects, shortList, 'reject');
  return (
    <section class="panel" aria-label="Recent rejects">
      <PanelHead title="Recent rejects" note={total > 0 ? `${count(total)} in all` : undefined} />
      {rejects.length === 0 && (
        <p class="quiet pad">There are no rejects. Rows that do not fit the definition are listed here.</p>
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
      {more}
    </section>
  );
}

/** The message without the name of the column, which is shown before it. */
function reasonOf({ column, message }: RejectSample): string {
  const name = `${column}: `;
  return message.startsWith(name) ? message.slice(name.length) : message;
}
