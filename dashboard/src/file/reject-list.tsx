/** Rejects of a file: how many of each kind, and the rows themselves with the wrong fields marked. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { RejectKindCount, RejectPage, ShownReject } from '../../../platform/progress/reject-page.ts';
import { More } from '../files/more.tsx';
import { usePages } from '../files/use-pages.ts';
import { count } from '../format.ts';
import { codeWords, reasonOf } from '../live/rejects.tsx';
import { PanelHead } from '../panel.tsx';
import { addressOf } from '../route.ts';

/** A kind of rejects; null: all. */
type Kind = Pick<RejectKindCount, 'code' | 'column'> | null;

/** `about`: changes when the rejects may have. */
export function RejectList(props: { fileId: number; kinds: readonly RejectKindCount[]; about: string }) {
  const { fileId, kinds: sums, about } = props;
  const [kind, setKind] = useState<Kind>(null);
  if (sums.length === 0) return null;
  const all = sums.reduce((sum, { count }) => sum + count, 0);
  const waiting = sums.reduce((sum, one) => sum + one.waiting, 0);
  const isChosen = (one: RejectKindCount) => one.code === kind?.code && one.column === kind.column;
  return (
    <section class="panel" id="rejects" aria-label="Rejects">
      <PanelHead
        title="Rejects"
        note={`${plural(all, 'row')}${waiting < all ? `, ${count(waiting)} of them wait` : ''}`}
      />
      <div class="chips pad">
        <button type="button" class="chip" aria-pressed={kind === null} onClick={() => setKind(null)}>
          All {count(all)}
        </button>
        {sums.map((one) => (
          <button
            type="button"
            class="chip"
            key={`${one.code} ${one.column}`}
            aria-pressed={isChosen(one)}
            onClick={() => setKind(isChosen(one) ? null : one)}
          >
            {one.column && <b>{one.column}: </b>}
            {codeWords(one.code)} {count(one.count)}
          </button>
        ))}
      </div>
      <RejectRows key={`${kind?.code} ${kind?.column} ${about}`} fileId={fileId} kind={kind} about={about} />
    </section>
  );
}

function RejectRows({ fileId, kind, about }: { fileId: number; kind: Kind; about: string }) {
  const address = (cursor?: string) => {
    const query = new URLSearchParams({ limit: '50' });
    if (kind) query.set('code', kind.code);
    if (kind) query.set('column', kind.column ?? '');
    if (cursor) query.set('cursor', cursor);
    return `${addressOf(`/api/files/${fileId}/rejects`)}?${query}`;
  };
  const pages = usePages<ShownReject>({
    key: `${address()}#${about}`,
    address,
    read: (answer) => {
      const { rejects, next } = answer as RejectPage;
      return { items: rejects, next };
    },
  });
  return (
    <>
      <ul class="rejects">
        {pages.items.map((reject) => (
          <Reject key={reject.rejectId} reject={reject} />
        ))}
      </ul>
      <More pages={pages} byHand />
    </>
  );
}

function Reject({ reject }: { reject: ShownReject }) {
  return (
    <li class="reject">
      <div class="file-line">
        <span class="reject-place">
          <span class="quiet">line</span> {count(reject.line)}
          {reject.takenBy !== null && (
            <span class="quiet">
              {' '}
              · taken by <a href={`/files/${reject.takenBy}`}>file {reject.takenBy}</a>
            </span>
          )}
        </span>
        <span class="code">{codeWords(reject.code)}</span>
      </div>
      <p class="small">
        {reject.column && <b>{reject.column}: </b>}
        {reasonOf(reject)}
      </p>
      <div class="raw whole">
        <pre>{marked(reject)}</pre>
      </div>
    </li>
  );
}

/** The raw row, with each wrong field in a mark that says which column it is of. */
function marked({ raw, marks }: ShownReject) {
  const pieces = [];
  let at = 0;
  for (const { start, end, column } of marks) {
    pieces.push(raw.slice(at, start));
    pieces.push(
      <mark key={start} title={column}>
        {raw.slice(start, end) || '∅'}
      </mark>,
    );
    at = end;
  }
  return [...pieces, raw.slice(at)];
}
