/** Where the rows of a file went: related files, chunks, parts. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { LineageChunk, LineageFile, LineagePage } from '../../../platform/progress/lineage.ts';
import { linkWords } from '../../../platform/progress/link-words.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { More } from '../files/more.tsx';
import { usePages } from '../files/use-pages.ts';
import { count, size } from '../format.ts';
import { PanelHead } from '../panel.tsx';
import { useAnswer } from '../stream/use-answer.ts';

/** Words before a file that comes from this one. */
const intoWords: Readonly<Record<NonNullable<LineageFile['link']>, string>> = {
  corrects: 'rejects corrected by',
  replays: 'rejects replayed by',
  reloads: 'loaded again by',
  replaces: 'replaced by',
  follows: 'another version is',
};

/** `about`: changes when the lineage may have. */
export function LineagePanel({ file, about }: { file: FileProgress; about: string }) {
  const [isOpen, setOpen] = useState(false);
  const { value } = useAnswer<LineagePage>(`/api/files/${file.fileId}/lineage?limit=1`, about);
  if (value === null) return null;
  const { from, into, related } = value;
  return (
    <section class="panel" aria-label="Lineage">
      <PanelHead title="Lineage" note={`${plural(file.chunks, 'chunk')} → ${plural(file.parts, 'part')}`} />
      <ul class="links small">
        {from && <Related words={linkWords[from.link!]} file={from} />}
        {into.map((one) => (
          <Related key={one.fileId} words={intoWords[one.link!]} file={one} />
        ))}
        {related.map((one) => (
          <Related key={one.fileId} words="same records, same end:" file={one} />
        ))}
      </ul>
      {isOpen ? (
        <Chunks key={about} file={file} about={about} />
      ) : (
        value.chunks.length > 0 && (
          <button type="button" class="more" onClick={() => setOpen(true)}>
            Show chunks and parts
          </button>
        )
      )}
    </section>
  );
}

function Related({ words, file }: { words: string; file: LineageFile }) {
  return (
    <li>
      <span class="quiet">{words}</span> <a href={`/files/${file.fileId}`}>{file.name}</a>{' '}
      <span class="quiet">
        {file.dataset}, {file.state}
      </span>
    </li>
  );
}

function Chunks({ file, about }: { file: FileProgress; about: string }) {
  const path = `/api/files/${file.fileId}/lineage`;
  const pages = usePages<LineageChunk>({
    key: `${path}?limit=50#${about}`,
    address: (after) => `${path}?limit=50&after=${after}`,
    read: (answer) => {
      const { chunks, next } = answer as LineagePage;
      return { items: chunks, next: next === null ? null : String(next) };
    },
  });
  return (
    <>
      <ol class="lineage small">
        {pages.items.map((chunk) => (
          <Chunk key={chunk.number} chunk={chunk} />
        ))}
      </ol>
      <More pages={pages} byHand />
    </>
  );
}

function Chunk({ chunk }: { chunk: LineageChunk }) {
  const { number, state, rows, sinks, parts, events, byteStart, byteEnd, lineStart } = chunk;
  const facts = [
    `${count(rows.loaded)} loaded`,
    rows.rejected > 0 ? `${count(rows.rejected)} rejected` : '',
    ...Object.entries(sinks).map(
      ([sink, { rows, bytes }]) => `${sink} ${count(rows)}${bytes > 0 ? `, ${size(bytes)}` : ''}`,
    ),
    events ? `${count(events.current)} current, ${count(events.superseded)} superseded` : '',
  ];
  return (
    <li>
      <div class="file-line">
        <b>Chunk {count(number + 1)}</b>
        <span class="quiet">
          line {count(lineStart)}, bytes {count(byteStart)} to {count(byteEnd)}
        </span>
      </div>
      <p class="quiet">{state === 'committed' ? facts.filter((fact) => fact !== '').join(' · ') : state}</p>
      {parts.length > 0 && (
        <ul>
          {parts.map(({ path, rows, bytes }) => (
            <li class="part" key={path}>
              <code>{path}</code>
              <span class="quiet">
                {plural(rows, 'row')}, {size(bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
