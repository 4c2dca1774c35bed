/** Partitions of the lake: rows, bytes and parts. */
import { Fragment } from 'preact';
import { plural } from '../../../platform/plural.ts';
import type { DatasetDetail, LakeAnswer, Partition } from '../../../platform/progress/dataset-detail.ts';
import { compact, count, size } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead, useShortList } from '../panel.tsx';
import type { Answer } from '../stream/use-answer.ts';

const shortList = 12;
const none: readonly Partition[] = [];

export function LakePanel({ answer, dataset }: { answer: Answer<LakeAnswer>; dataset: DatasetDetail }) {
  const partitions = answer.value?.partitions ?? none;
  const { shown, more } = useShortList(partitions, shortList, 'partition');
  const most = partitions.reduce((top, { rows }) => Math.max(top, rows), 1);
  const total = answer.value?.count ?? 0;
  const some = total > partitions.length ? `the last ${partitions.length} of ` : '';
  return (
    <section class="panel" aria-label="Lake" aria-busy={answer.isLoading}>
      <PanelHead title="Lake" note={total > 0 && `${some}${plural(total, 'partition')}`} />
      {answer.refusal && (
        <div class="pad">
          <Fault error={answer.refusal} mild />
        </div>
      )}
      {answer.value !== null && total === 0 && (
        <p class="small quiet pad">
          No part yet.{' '}
          {dataset.partitionBy.length > 0 && `It will be partitioned by ${dataset.partitionBy.join(', ')}.`}
        </p>
      )}
      <ul class="partitions small">
        {shown.map(({ folder, rows, bytes, parts }) => (
          <li key={folder} title={folder}>
            <span class="partition-name">
              {nameOf(folder, dataset.name)
                .split('/')
                .map((part, i) => (
                  <Fragment key={part}>
                    {i > 0 && (
                      <>
                        /<wbr />
                      </>
                    )}
                    {part}
                  </Fragment>
                ))}
            </span>
            <span class="share-bar" aria-hidden="true">
              <i style={{ width: `${(rows / most) * 100}%` }} />
            </span>
            <span title={count(rows)}>{compact(rows)} rows</span>
            <span class="quiet">{size(bytes)}</span>
            <span class="quiet">{plural(parts, 'part')}</span>
          </li>
        ))}
      </ul>
      {more}
    </section>
  );
}

/** `trips/year=2018/month=05` → `year=2018/month=05`; the folder of the dataset itself where there are none. */
function nameOf(folder: string, dataset: string): string {
  const inside = folder.startsWith(`${dataset}/`) ? folder.slice(dataset.length + 1) : folder;
  return inside;
}
