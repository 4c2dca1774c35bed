/** A file's page: how far it is, what became of its chunks and rows, and the proof. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChunkMap } from '../../../platform/progress/chunk-map.ts';
import type { ChunkCommit, FileProgress, WorkerProgress } from '../../../platform/progress/progress.ts';
import type { RejectPage } from '../../../platform/progress/reject-page.ts';
import { Fault } from '../notices/fault.tsx';
import { onMessage } from '../stream/messages.ts';
import { type Answer, useAnswer } from '../stream/use-answer.ts';
import type { ViewProps } from '../view.ts';
import { ChunkPanel } from './chunk-canvas.tsx';
import { ChunkCells } from './chunk-cells.ts';
import './file.css';
import { FileActions } from './file-actions.tsx';
import type { FileDetail } from './file-detail.ts';
import { FileSummary } from './file-summary.tsx';
import { LineagePanel } from './lineage-panel.tsx';
import { AboutPanel, ReceiptPanel } from './receipt-panel.tsx';
import { RejectList } from './reject-list.tsx';
import { TimelinePanel } from './timeline-canvas.tsx';

/** How long commits that the ledger counts may be missing from what was announced, in ms. */
const missedMs = 5000;

export function FileView({ route, state, isStale }: ViewProps) {
  const fileId = Number(route.params.id);
  const isNumber = /^\d{1,9}$/.test(route.params.id);
  const live = state?.files.find((file) => file.fileId === fileId) ?? null;
  // What the stream does not have of the file changes with its state, and whoever takes its rejects is another file.
  const about = `${live?.state} ${live?.finishedAt} ${live?.chunks} ${takersOf(state?.files ?? [], fileId)}`;
  const detail = useAnswer<FileDetail>(isNumber ? `/api/files/${fileId}?without=chunks,events` : null, about);
  const file = live ?? detail.value;
  const rejects = useAnswer<RejectPage>(file === null ? null : `/api/files/${fileId}/rejects?limit=1`, about);
  const kinds = rejects.value?.kinds ?? [];
  if (file === null) return <Missing fileId={route.params.id} answer={detail} />;
  return (
    <>
      <FileSummary file={file} isStale={isStale} about={about} />
      {detail.value !== null && (
        <div class="columns">
          <div class="column">
            <Work file={file} workers={state?.workers ?? []} about={about} />
            <RejectList fileId={fileId} kinds={kinds} about={about} />
          </div>
          <div class="column side">
            <FileActions file={file} kinds={kinds} />
            <ReceiptPanel detail={detail.value} />
            <LineagePanel file={file} about={about} />
            <AboutPanel detail={detail.value} file={file} />
          </div>
        </div>
      )}
    </>
  );
}

/** Files that come from a file, with their states, as a text. */
function takersOf(files: readonly FileProgress[], fileId: number): string {
  return files
    .filter(({ link }) => link?.fileId === fileId)
    .map((file) => `${file.fileId}${file.state}`)
    .join();
}

function Missing({ fileId, answer }: { fileId: string; answer: Answer<unknown> }) {
  if (answer.isLoading)
    return (
      <p class="quiet opening" role="status">
        Loading…
      </p>
    );
  return (
    <section class="panel empty">
      <h1>There is no file {fileId}</h1>
      {answer.refusal && <Fault error={answer.refusal} />}
      <p>
        <a href="/files">All files</a>
      </p>
    </section>
  );
}

/** The chunks of a file and their timeline. Asked for when the file's state changes, and moved on by the stream. */
function Work(props: { file: FileProgress; workers: readonly WorkerProgress[]; about: string }) {
  const { file, workers, about } = props;
  const [missed, setMissed] = useState(0);
  const { value } = useAnswer<ChunkMap>(
    file.chunks > 0 ? `/api/files/${file.fileId}/chunks` : null,
    `${about} ${missed}`,
  );
  const [version, setVersion] = useState(0);
  const [chosen, choose] = useState(0);
  const cells = useRef<ChunkCells | null>(null);
  // All that was announced, each chunk once: a map may be older than what is heard before it comes.
  const announced = useRef<{ commits: readonly ChunkCommit[]; at: number }[]>([]);
  if (value !== null && cells.current?.map !== value) {
    cells.current = new ChunkCells(value, Date.now());
    for (const { commits, at } of announced.current) cells.current.hearCommits(commits, at);
    if (file.state === 'loading') cells.current.hearWorkers(workers, Date.now());
  }
  useEffect(
    () =>
      onMessage((message) => {
        // What was committed before a snapshot was announced to others.
        if (message.type === 'snapshot') setMissed((times) => times + 1);
        else {
          const commits = message.commits?.filter(({ fileId }) => fileId === file.fileId) ?? [];
          if (commits.length === 0) return;
          announced.current.push({ commits, at: Date.now() });
          cells.current?.hearCommits(commits, Date.now());
          setVersion((times) => times + 1);
        }
      }),
    [file.fileId],
  );
  useEffect(() => {
    if (cells.current === null || file.state !== 'loading') return;
    cells.current.hearWorkers(workers, Date.now());
    setVersion((times) => times + 1);
  }, [workers, file.state]);
  const lacks = cells.current !== null && file.chunksCommitted > cells.current.committedCount;
  useEffect(() => {
    if (!lacks) return;
    const timer = window.setTimeout(() => setMissed((times) => times + 1), missedMs);
    return () => window.clearTimeout(timer);
  }, [lacks]);
  if (cells.current === null || cells.current.size === 0) return null;
  const number = Math.min(chosen, cells.current.size - 1);
  return (
    <>
      <ChunkPanel cells={cells.current} version={version} chosen={number} choose={choose} />
      <TimelinePanel cells={cells.current} version={version} chosen={number} />
    </>
  );
}
