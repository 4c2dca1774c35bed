/** Columns with their types, and where the values of each go. */
import type { ComponentChildren } from 'preact';
import { plural } from '../../../platform/plural.ts';
import type { ColumnDetail, DatasetDetail } from '../../../platform/progress/dataset-detail.ts';
import { PanelHead } from '../panel.tsx';

export function ColumnsPanel({ dataset }: { dataset: DatasetDetail }) {
  const { columns } = dataset;
  const computed = columns.filter(({ computedOf }) => computedOf !== null).length;
  const note = `${columns.length - computed} in the files${computed > 0 ? `, ${computed} computed` : ''}`;
  return (
    <section class="panel" aria-label="Columns">
      <PanelHead title="Columns" note={note} />
      <Scrolling label="Columns and where they go">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Lake</th>
              <th scope="col">Fact</th>
              <th scope="col">Dimension</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">
                  {column.name} <span class="quiet small">{origin(column)}</span>
                </th>
                <td class="quiet">{column.type}</td>
                <td>{column.partition ? 'partition' : <Goes names={column.lake} column={column} />}</td>
                <td>
                  <Goes names={column.fact} column={column} />
                </td>
                <td>{column.dimensions.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </section>
  );
}

/** A mark where the name is the same, and else the name. */
function Goes({ names, column }: { names: readonly string[]; column: ColumnDetail }) {
  if (names.length === 0) return null;
  if (names.length > 1 || names[0] !== column.name) return <>{names.join(', ')}</>;
  return (
    <>
      <span aria-hidden="true" class="goes">
        ●
      </span>
      <span class="unseen">yes</span>
    </>
  );
}

function origin({ required, optional, computedOf, readBy, lake, fact, dimensions, partition }: ColumnDetail) {
  if (computedOf !== null) return `of ${computedOf.join(', ')}`;
  const isLost = lake.length + fact.length + dimensions.length === 0 && !partition && readBy.length > 0;
  const words = [
    required ? 'required' : optional ? 'may be missing' : '',
    isLost
      ? `read by ${readBy.length > 2 ? plural(readBy.length, 'computed column') : readBy.join(', ')}`
      : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** What may be wider than a phone: it can be scrolled, by keys too. */
export function Scrolling({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys.
    <section class="scrolling" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
