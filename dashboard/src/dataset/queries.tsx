/** The named queries of a dataset as forms. Each is asked when the reader says so, and at no other time. */
import { useRef, useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { DatasetDetail, QueryDetail } from '../../../platform/progress/dataset-detail.ts';
import { count, duration } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead } from '../panel.tsx';
import { Copy } from '../prose.tsx';
import { addressOf, go } from '../route.ts';
import { askExactly, type Refusal } from '../stream/ask.ts';
import type { AnswerRow } from './chart-shape.ts';
import { answerAddress, curlOf, pageAddress, type QueryValues, sqlOf, valuesOf } from './query-texts.ts';
import { ResultChart } from './result-chart.tsx';
import { RowsTable } from './rows-table.tsx';

export interface Answered {
  readonly rows: readonly AnswerRow[];
  readonly rowCount: number;
  readonly truncated?: boolean;
  /** Where the next rows begin; absent or null: nowhere. */
  readonly next?: string | null;
  /** Whether files have ended since the first rows were asked for. */
  readonly changed?: boolean;
}

export function Queries({ dataset, query }: { dataset: DatasetDetail; query: URLSearchParams }) {
  const { name, queries } = dataset;
  if (queries.length === 0) return null;
  const chosen = queries.find((one) => one.name === query.get('query')) ?? queries[0];
  const address = `/datasets/${encodeURIComponent(name)}`;
  return (
    <section class="panel" aria-label="Queries">
      <PanelHead title="Ask" note={plural(queries.length, 'named query', 'named queries')} />
      <div class="query-choice">
        <label class="unseen" for="query-name">
          Query
        </label>
        <select
          id="query-name"
          value={chosen.name}
          onChange={(event) => go(addressOf(address, { query: event.currentTarget.value }))}
        >
          {queries.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
        </select>
        <p class="small quiet">{chosen.description}</p>
      </div>
      <Form key={chosen.name} dataset={name} query={chosen} given={valuesOf(chosen, query)} />
    </section>
  );
}

function Form(props: { dataset: string; query: QueryDetail; given: QueryValues }) {
  const { dataset, query } = props;
  const [values, setValues] = useState(props.given);
  const [asked, setAsked] = useState<{ values: QueryValues; took: number; answer: Answered } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  const ask = async () => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setRefusal(null);
    setBusy(true);
    go(pageAddress(dataset, query, values), { replace: true });
    const began = performance.now();
    try {
      const answer = await askExactly<Answered>(answerAddress(query, values), abort.signal);
      setAsked({ values, answer, took: (performance.now() - began) / 1000 });
    } catch (error) {
      if (abort.signal.aborted) return;
      setAsked(null);
      setRefusal(error as Refusal);
    }
    setBusy(false);
  };
  const more = async (before: NonNullable<typeof asked>) => {
    setBusy(true);
    try {
      const path = answerAddress(query, before.values);
      const after = `${path.includes('?') ? '&' : '?'}page.after=${encodeURIComponent(before.answer.next!)}`;
      const answer = await askExactly<Answered>(path + after);
      const rows = [...before.answer.rows, ...answer.rows];
      setAsked({ ...before, answer: { ...answer, rows, rowCount: rows.length } });
    } catch (error) {
      setRefusal(error as Refusal);
    }
    setBusy(false);
  };
  return (
    <>
      <form
        class="filters query"
        aria-busy={isBusy}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        {query.parameters.map(({ name, type, default: usual }) => (
          <label key={name}>
            <span>
              {name} <span class="small">{typeWords[type]}</span>
            </span>
            <input
              {...inputs[type]}
              value={values[name]}
              placeholder={usual === undefined ? '' : String(usual)}
              required={usual === undefined}
              onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
            />
          </label>
        ))}
        <button type="submit" class="button strong">
          {isBusy ? 'Asking…' : 'Run'}
        </button>
      </form>
      {refusal && (
        <div class="pad" role="alert">
          <Fault error={refusal} mild />
        </div>
      )}
      {asked && <Result query={query} {...asked} more={isBusy ? null : () => more(asked)} />}
      <Texts dataset={dataset} query={query} values={values} />
    </>
  );
}

function Result(props: {
  query: QueryDetail;
  took: number;
  answer: Answered;
  /** Asks for the next rows; null: they were asked for. */
  more: (() => void) | null;
}) {
  const { query, took, answer, more } = props;
  const { name: label, chart } = query;
  return (
    <>
      <p class="small quiet pad" role="status">
        {answer.truncated ? 'The first ' : ''}
        {count(answer.rowCount)} {answer.rowCount === 1 ? 'row' : 'rows'} in {duration(took)}
      </p>
      <ResultChart rows={answer.rows} label={label} chart={chart} />
      <RowsTable rows={answer.rows} label={`Rows of ${label}`} />
      {answer.changed && (
        <p class="small warn pad" role="status">
          Files have ended since the first rows: ask again for rows of one moment.
        </p>
      )}
      {answer.next && (
        <p class="pad">
          <button type="button" class="button" disabled={more === null} onClick={() => more?.()}>
            Next rows
          </button>
        </p>
      )}
    </>
  );
}

/** What is copied from here. */
function Texts({ dataset, query, values }: { dataset: string; query: QueryDetail; values: QueryValues }) {
  const sql = sqlOf(query, values);
  const { origin } = location;
  return (
    <details class="texts small">
      <summary>Link, URL, curl, SQL</summary>
      <Copy name="Link" text={origin + pageAddress(dataset, query, values)} />
      <Copy name="URL" text={origin + answerAddress(query, values)} />
      <Copy name="curl" text={curlOf(origin, query, values)} />
      <Copy name="SQL" text={sql} />
      <p class="pad">
        <a href={answerAddress(query, values, '.csv')} download={`${query.name}.csv`}>
          Download as CSV
        </a>
      </p>
    </details>
  );
}

type ParameterType = QueryDetail['parameters'][number]['type'];

const inputs = {
  text: { type: 'text' },
  integer: { type: 'number' },
  float8: { type: 'number', step: 'any' },
  date: { type: 'date' },
  timestamp: { type: 'text' },
} as const satisfies Readonly<Record<ParameterType, object>>;

const typeWords: Readonly<Record<ParameterType, string>> = {
  text: 'text',
  integer: 'whole number',
  float8: 'number',
  date: 'day',
  timestamp: '2026-11-01T06:00:00Z',
};
