/** The latest rejects: place, reason and raw text. */

import type { FileProgress, RejectSample } from '../../../platform/progress/progress.ts';
import { count } from '../format.ts';
import { PanelHead, useShortList } from '../panel.tsx';
import { addressOf } from '../route.ts';

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
      <PanelHead
        title="Recent rejects"
        note={
          total > 0 && (
            <a href={addressOf('/files', { rejected: 'true', sort: '-rejected' })}>{count(total)} in all</a>
          )
        }
      />
      {rejects.length === 0 && (
        <p class="quiet pad">There are no rejects. Rows that do not fit the definition are listed here.</p>
      )}
      <ul class="rejects">
        {shown.map((reject) => (
          <li class="reject" key={`${reject.fileId}:${reject.line}:${reject.column}:${reject.code}`}>
            <div class="file-line">
              <span class="reject-place">
                <a href={`/files/${reject.fileId}`}>{names.get(reject.fileId) ?? `file ${reject.fileId}`}</a>
                <span class="quiet"> line {count(reject.line)}</span>
              </span>
              <span class="code">{codeWords(reject.code)}</span>
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

/** `LF_REJECT_FIELD_COUNT` → `field count`. */
export function codeWords(code: string): string {
  return code
    .replace(/^LF_REJECT_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
}

/** The message without the name of the column, which is shown before it. */
export function reasonOf({ column, message }: Pick<RejectSample, 'column' | 'message'>): string {
  const name = `${column}: `;
  return message.startsWith(name) ? message.slice(name.length) : message;
}
