/** Where files are dropped on the page: what each is, how it would be loaded, and how far it is. */
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { size } from '../format.ts';
import { Changes, OnlyLooks } from '../notices/changes.tsx';
import { Fault } from '../notices/fault.tsx';
import { Bar, PanelHead } from '../panel.tsx';
import { currentDrops, type Drop, define, forget, load, look, onDrops, take } from './drops.ts';
import { Preview } from './preview.tsx';
import './drop.css';

interface Props {
  readonly datasets: readonly string[];
  readonly files: readonly FileProgress[];
}

export function DropZone({ datasets, files }: Props) {
  const [drops, setDrops] = useState(currentDrops());
  const [isOver, setOver] = useState(false);
  const choose = useRef<HTMLInputElement>(null);
  useEffect(() => onDrops(() => setDrops(currentDrops())), []);
  const onlyLooks = useContext(OnlyLooks);
  useEffect(() => (onlyLooks ? undefined : whereDropped(setOver)), [onlyLooks]);
  return (
    <section class={isOver ? 'panel drop over' : 'panel drop'} aria-label="Upload">
      <PanelHead title="Upload" note="CSV or JSON, also packed: gz, zst, zip" />
      <div class="pad drop-target">
        <Changes>
          <p>
            Drop files anywhere on this page, or{' '}
            <button type="button" class="button" onClick={() => choose.current?.click()}>
              choose files…
            </button>
          </p>
          <input
            type="file"
            multiple
            hidden
            ref={choose}
            aria-label="Files to upload"
            onChange={(event) => {
              take(event.currentTarget.files ?? []);
              event.currentTarget.value = '';
            }}
          />
        </Changes>
      </div>
      {drops.length > 0 && (
        <ul class="drops">
          {drops.map((drop) => (
            <Dropped key={drop.number} drop={drop} datasets={datasets} files={files} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Takes what is dropped on the page. Returns a function that ends it. */
function whereDropped(setOver: (isOver: boolean) => void): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files ?? []);
  };
  document.addEventListener('dragover', over);
  document.addEventListener('dragleave', leave);
  document.addEventListener('drop', drop);
  return () => {
    document.removeEventListener('dragover', over);
    document.removeEventListener('dragleave', leave);
    document.removeEventListener('drop', drop);
  };
}

function Dropped({ drop, datasets, files }: Props & { drop: Drop }) {
  const { number, file, phase, inspection, refusal, sent, isCut } = drop;
  const loaded = files.find((one) => one.dataset === drop.dataset && one.name === file.name);
  return (
    <li class="dropped" aria-label={file.name}>
      <div class="drop-head">
        <b class="file-name">{file.name}</b> <span class="quiet">{size(file.size)}</span>
        <button
          type="button"
          class="button"
          onClick={() => forget(number)}
          aria-label={`${phase === 'landed' ? 'Close' : 'Cancel'} ${file.name}`}
        >
          {phase === 'landed' ? 'Close' : 'Cancel'}
        </button>
      </div>
      <div role="status" class="small">
        {phase === 'looking' && <p class="quiet">Looking at it…</p>}
        {phase === 'sending' && (
          <p class="quiet">
            {isCut ? 'The connection is away. The upload goes on when it is back. ' : 'Uploading: '}
            {size(sent)} of {size(file.size)}
          </p>
        )}
        {phase === 'landed' && (
          <p>
            ✓ It is in landing, as {drop.dataset}.{' '}
            {loaded && (
              <a href={`/files/${loaded.fileId}`}>
                File {loaded.fileId}: {loaded.state}
              </a>
            )}
          </p>
        )}
      </div>
      {phase === 'sending' && (
        <Bar label={`Upload of ${file.name}`} committed={sent} total={file.size} thin />
      )}
      {refusal && (
        <div role="alert">
          <Fault error={refusal} mild />
        </div>
      )}
      {phase === 'ready' && <Choice key={inspection?.dataset} drop={drop} datasets={datasets} />}
    </li>
  );
}

/** How a file is to be loaded: as a dataset that there is, or as a new one. */
function Choice({ drop, datasets }: Omit<Props, 'files'> & { drop: Drop }) {
  const { number, file, inspection } = drop;
  const proposal = inspection?.proposal ?? null;
  const [name, setName] = useState(proposal?.name ?? '');
  const [source, setSource] = useState(proposal?.source ?? '');
  const chosen = inspection?.dataset ?? '';
  const rename = (next: string) => {
    // The definition says its name itself.
    setSource(source.replace(`name: '${name}'`, `name: '${next}'`));
    setName(next);
  };
  return (
    <div class="choice">
      <p>
        <label>
          Dataset{' '}
          <select
            value={chosen}
            onChange={(event) => {
              const dataset = event.currentTarget.value;
              void look(number, dataset === '' ? {} : { dataset });
            }}
          >
            <option value="">{proposal === null ? 'Choose…' : 'A new one'}</option>
            {datasets.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </p>
      {inspection && <Preview inspection={inspection} />}
      {proposal === null ? (
        <button
          type="button"
          class="button strong"
          disabled={chosen === ''}
          onClick={() => void load(number, chosen)}
        >
          Load {file.name} as {chosen === '' ? '…' : chosen}
        </button>
      ) : (
        <>
          <p>
            <label>
              Name of the new dataset{' '}
              <input type="text" value={name} onInput={(event) => rename(event.currentTarget.value)} />
            </label>
          </p>
          <label class="source">
            Its definition, which you may change
            <textarea
              rows={Math.min(24, source.split('\n').length + 1)}
              spellcheck={false}
              value={source}
              onInput={(event) => setSource(event.currentTarget.value)}
            />
          </label>
          <button type="button" class="button strong" onClick={() => void define(number, name, source)}>
            Save the definition and load the file
          </button>
        </>
      )}
    </div>
  );
}
