/** Marts and rollups: how each is kept, how fresh it is, and its rows when the reader asks. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { DatasetDetail, MartDetail } from '../../../platform/progress/dataset-detail.ts';
import { duration, moment } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead, useShortList } from '../panel.tsx';
import { askExactly, type Refusal } from '../stream/ask.ts';
import type { Answered } from './queries.tsx';
import { ResultChart } from './result-chart.tsx';
import { RowsTable } from './rows-table.tsx';

const shortList = 12;

export function MartsPanel({ dataset }: { dataset: DatasetDetail }) {
  const { marts } = dataset;
  const { shown, more } = useShortList(marts, shortList, 'mart');
  if (marts.length === 0) return null;
  const behind = marts.filter((mart) => mart.error !== null || isBehind(mart)).length;
  return (
    <section class="panel" aria-label="Marts">
      <PanelHead
        title="Marts"
        note={
          behind > 0 ? `${behind} of ${plural(marts.length, 'mart')} behind` : plural(marts.length, 'mart')
        }
      />
      <ul class="files">
        {shown.map((mart) => (
          <Mart key={mart.name} dataset={dataset.name} mart={mart} />
        ))}
      </ul>
      {more}
    </section>
  );
}

/** A table that may be old is not behind before that time is over. */
function isBehind({ behindSince, maxStaleSeconds }: MartDetail): boolean {
  return behindSince !== null && Date.parse(behindSince) + (maxStaleSeconds ?? 0) * 1000 < Date.now();
}

function Mart({ dataset, mart }: { dataset: string; mart: MartDetail }) {
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const { name, kind, by, measures, error } = mart;
  const show = async () => {
    setRefusal(null);
    try {
      const path = `/api/datasets/${encodeURIComponent(dataset)}/marts/${encodeURIComponent(name)}`;
      setAnswer(await askExactly<Answered>(path));
    } catch (refused) {
      setRefusal(refused as Refusal);
    }
  };
  return (
    <li class="file">
      <div class="file-line">
        <span class="file-name">
          <b>{name}</b> <span class="quiet small">{kind}</span>
        </span>
        <button
          type="button"
          class="ask small"
          aria-expanded={answer !== null}
          aria-label={`${answer === null ? 'Show rows of' : 'Hide'} ${name}`}
          onClick={() => (answer === null ? show() : setAnswer(null))}
        >
          {answer === null ? 'Show rows' : 'Hide'}
        </button>
      </div>
      <p class={`small source-note ${isBehind(mart) ? 'warn' : 'quiet'}`}>
        {freshness(mart)}
        {by.length > 0 && ` · by ${by.join(', ')}`}
      </p>
      {measures.length > 0 && (
        <p class="small quiet source-note">
          {measures.map(({ name, class: kept, why }, i) => (
            <span key={name} title={why}>
              {i > 0 && ' · '}
              {name}: {kept}
            </span>
          ))}
        </p>
      )}
      {error && <Fault error={error} mild />}
      {refusal && <Fault error={refusal} mild />}
      {answer && (
        <div class="mart-rows">
          <ResultChart rows={answer.rows} label={name} chart={mart.chart} />
          <RowsTable rows={answer.rows} label={`Rows of ${name}`} />
        </div>
      )}
    </li>
  );
}

function freshness({ kind, refreshedAt, behindSince, maxStaleSeconds }: MartDetail): string {
  if (kind === 'view') return 'computed when it is read';
  if (kind === 'rollup') return 'kept with each file';
  const allowed = maxStaleSeconds === null ? '' : `, may be ${duration(maxStaleSeconds)} old`;
  if (refreshedAt === null) return 'not refreshed yet';
  const behind = behindSince === null ? '' : `, lacks files since ${moment(behindSince)}`;
  return `refreshed ${moment(refreshedAt)}${behind}${allowed}`;
}
