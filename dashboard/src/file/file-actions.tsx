/** What a person can do with a file. Each action says in numbers what it would do before it is done, and what it has done after. */
import { useRef } from 'preact/hooks';
import type { CorrectionsEffect, ReplayEffect, UndoEffect } from '../../../platform/progress/file-effects.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import type { RejectKindCount } from '../../../platform/progress/reject-page.ts';
import { count } from '../format.ts';
import { Changes } from '../notices/changes.tsx';
import { Fault } from '../notices/fault.tsx';
import { PanelHead } from '../panel.tsx';
import { send } from '../stream/ask.ts';
import { correctionLines, replayLines, undoLines } from './effects.ts';
import { Confirm, type Outcome, usePlan } from './plan.tsx';

/** The code of a file that a person may accept as it is. */
const shrunk = 'LF_SNAPSHOT_SHRUNK';

export function FileActions({ file, kinds }: { file: FileProgress; kinds: readonly RejectKindCount[] }) {
  const { plan, setPlan, outcome, refusal, isBusy, step, run } = usePlan();
  const upload = useRef<HTMLInputElement>(null);
  const { fileId, state, error } = file;
  const waiting = kinds.reduce((sum, kind) => sum + kind.waiting, 0);
  const isDone = state === 'done';
  const isGone = state === 'failed' || state === 'undone';
  if (!isDone && !isGone) return null;

  const path = `/api/files/${fileId}`;
  const planUndo = () =>
    step(async () => {
      const effect = await send<UndoEffect>(`${path}/undo?dryRun=true`);
      setPlan({
        name: 'Undo the file',
        lines: undoLines(effect),
        run: async () => ({ lines: undoLines(await send<UndoEffect>(`${path}/undo`)), fileId: null }),
      });
    });
  const planReplay = (name: string, whole: boolean) =>
    step(async () => {
      const effect = await send<ReplayEffect>(`${path}/replay?dryRun=true`, { whole });
      setPlan({
        name,
        lines: replayLines(effect),
        run: async () => loading(await send(`${path}/replay`, { whole })),
      });
    });
  const planAccept = () =>
    setPlan({
      name: 'Accept the file',
      lines: ['It is loaded although it lacks many keys, which then count as deleted.'],
      run: async () => loading(await send(`${path}/accept`)),
    });
  const planCorrections = (chosen: File | undefined) =>
    chosen &&
    step(async () => {
      const effect = await send<CorrectionsEffect>(`${path}/corrections?dryRun=true`, chosen);
      setPlan({
        name: 'Load the corrected rows',
        lines: correctionLines(effect),
        run: async () => loading(await send(`${path}/corrections`, chosen)),
      });
    });

  return (
    <section class="panel" aria-label="Actions">
      <PanelHead title="Actions" />
      <div class="actions pad" aria-busy={isBusy}>
        <Changes>
          {isGone && error?.code === shrunk && (
            <Button busy={isBusy} onClick={planAccept} name="Accept…" strong />
          )}
          {isGone && (
            <Button
              busy={isBusy}
              onClick={() => planReplay('Load the file again', false)}
              name="Load again…"
              strong
            />
          )}
          {isDone && waiting > 0 && (
            <>
              <a class="button" href={`${path}/rejects.csv`} download>
                Export {count(waiting)} rejects
              </a>
              <Button busy={isBusy} onClick={() => upload.current?.click()} name="Upload corrected rows…" />
              <input
                type="file"
                ref={upload}
                hidden
                aria-label="Corrected rows"
                onChange={(event) => {
                  planCorrections(event.currentTarget.files?.[0]);
                  event.currentTarget.value = '';
                }}
              />
              <Button
                busy={isBusy}
                onClick={() => planReplay('Replay the rejects', false)}
                name={`Replay ${count(waiting)} rejects…`}
              />
            </>
          )}
          {isDone && (
            <>
              <Button
                busy={isBusy}
                onClick={() => planReplay('Undo the file and load it again', true)}
                name="Reload whole…"
              />
              <Button busy={isBusy} onClick={planUndo} name="Undo…" />
            </>
          )}
        </Changes>
      </div>
      {isDone && waiting > 0 && (
        <p class="small quiet pad">
          In the export each row has its reason. Correct the rows, remove those that should wait, and upload
          it. A spreadsheet may run cells as formulas:{' '}
          <a href={`${path}/rejects.csv?excelSafe=true`} download>
            export for spreadsheets
          </a>
        </p>
      )}
      {plan && <Confirm plan={plan} busy={isBusy} run={() => run(plan)} cancel={() => setPlan(null)} />}
      <div role="status">
        {outcome && (
          <div class="small pad outcome">
            {outcome.lines.map((line) => (
              <p key={line}>✓ {line}</p>
            ))}
            {outcome.fileId !== null && (
              <p>
                <a href={`/files/${outcome.fileId}`}>Follow file {outcome.fileId}</a>
              </p>
            )}
          </div>
        )}
      </div>
      {refusal && (
        <div class="pad" role="alert">
          <Fault error={refusal} mild />
        </div>
      )}
    </section>
  );
}

/** What the server says of a file that it loads. */
function loading({ fileId }: { fileId: number | null }): Outcome {
  return { lines: [fileId === null ? 'Nothing: no reject waits.' : 'It is being loaded.'], fileId };
}

function Button(props: { name: string; busy: boolean; strong?: boolean; onClick(): void }) {
  return (
    <button
      type="button"
      class={props.strong ? 'button strong' : 'button'}
      disabled={props.busy}
      onClick={props.onClick}
    >
      {props.name}
    </button>
  );
}
