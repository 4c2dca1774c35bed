/** A dataset: its queries, columns, star, lake, marts and loads. */
import type {
  DatasetDetail,
  LakeAnswer,
  LoadsAnswer,
  Partition,
} from '../../../platform/progress/dataset-detail.ts';
import { compact, count, size } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { Fact, Figure } from '../panel.tsx';
import { addressOf } from '../route.ts';
import { type Answer, useAnswer } from '../stream/use-answer.ts';
import type { ViewProps } from '../view.ts';
import { ColumnsPanel } from './columns-panel.tsx';
import './dataset.css';
import { changesOf, useHeld } from './held.ts';
import { LakePanel } from './lake-panel.tsx';
import { LoadsPanel } from './loads-panel.tsx';
import { MartsPanel } from './marts-panel.tsx';
import { Queries } from './queries.tsx';
import { StarDiagram } from './star-diagram.tsx';

export function DatasetView({ route, state }: ViewProps) {
  const { name } = route.params;
  const { held, isOld, renew } = useHeld(changesOf(state, name));
  const path = `/api/datasets/${encodeURIComponent(name)}`;
  const below = (part: string) => (held === null ? null : path + part);
  const about = `${held} ${JSON.stringify([state?.definitions ?? null, state?.marts ?? null])}`;
  const detail = useAnswer<DatasetDetail>(below(''), about);
  const lake = useAnswer<LakeAnswer>(below('/partitions'), held ?? '');
  const loads = useAnswer<LoadsAnswer>(below('/loads'), held ?? '');
  const dataset = detail.value;
  return (
    <>
      <div class="headline">
        <h1>{name}</h1>
        {isOld && (
          <button type="button" class="button" onClick={renew}>
            Show what has changed
          </button>
        )}
      </div>
      {detail.refusal && <Fault error={detail.refusal} />}
      {dataset === null ? (
        detail.refusal === null && <p class="quiet opening">Loading…</p>
      ) : (
        <>
          <p class="quiet">{dataset.description}</p>
          <Figures dataset={dataset} lake={lake} loads={loads} />
          <div class="columns">
            <div class="column">
              <Queries dataset={dataset} query={route.query} />
              <LoadsPanel answer={loads} />
              <ColumnsPanel dataset={dataset} />
            </div>
            <div class="column side">
              {dataset.star && <StarDiagram star={dataset.star} />}
              <LakePanel answer={lake} dataset={dataset} />
              <MartsPanel dataset={dataset} />
              <About dataset={dataset} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Figures(props: { dataset: DatasetDetail; lake: Answer<LakeAnswer>; loads: Answer<LoadsAnswer> }) {
  const { dataset, lake, loads } = props;
  const partitions = lake.value?.partitions ?? [];
  const sum = (of: (partition: Partition) => number) => partitions.reduce((all, one) => all + of(one), 0);
  // An answer that lists only some of the partitions has no sum of all.
  const isWhole = lake.value !== null && lake.value.count === partitions.length;
  const last = loads.value?.days.at(-1);
  const rows = sum((one) => one.rows);
  return (
    <dl class="figures">
      <Figure name="Rows in the lake" value={isWhole ? count(rows) : '–'} strong={isWhole && rows > 0} />
      <Figure name="Bytes in the lake" value={isWhole ? size(sum((one) => one.bytes)) : '–'} />
      <Figure name="Partitions" value={lake.value === null ? '–' : count(lake.value.count)} />
      <Figure name="Columns" value={count(dataset.columns.length)} />
      <Figure name="Dimensions" value={count(dataset.star?.dimensions.length ?? 0)} />
      <Figure
        name="Last day with loads"
        value={last === undefined ? '–' : compact(last.rows)}
        note={last && `rows, ${last.day}`}
      />
    </dl>
  );
}

function About({ dataset }: { dataset: DatasetDetail }) {
  const { name, version, mode, key } = dataset;
  return (
    <section class="panel" aria-label="About the dataset">
      <div class="panel-head">
        <h2>About</h2>
        <span class="quiet">
          <a href={addressOf('/files', { dataset: name })}>All its files</a>
        </span>
      </div>
      <dl class="about small">
        <Fact name="Definition">
          version <code>{version}</code>
        </Fact>
        <Fact name="Mode">{key.length > 0 ? `${mode}, by ${key.join(', ')}` : mode}</Fact>
      </dl>
    </section>
  );
}
