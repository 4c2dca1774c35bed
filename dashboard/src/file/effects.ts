/** What an undo or a replay would do, or has done, in words. */
import { plural } from '../../../platform/plural.ts';
import type { CorrectionsEffect, ReplayEffect, UndoEffect } from '../../../platform/progress/file-effects.ts';
import { count, size } from '../format.ts';

/** A line for each file, and one for what happens to events. */
export function undoLines({ files, events }: UndoEffect): string[] {
  if (files.length === 0) return ['Nothing: the file is undone already.'];
  const lines = files.map(({ dataset, file, rows, parts, bytes, rejects, rejectsReturned }) => {
    const facts = [
      `${plural(rows, 'row')} and ${plural(parts, 'part')} (${size(bytes)})`,
      rejects > 0 ? `${plural(rejects, 'reject')} off the record` : '',
      rejectsReturned > 0
        ? `${plural(rejectsReturned, 'reject')} of other files ${rejectsReturned === 1 ? 'waits' : 'wait'} again`
        : '',
    ];
    return `${dataset}/${file}: ${facts.filter((fact) => fact !== '').join(', ')}`;
  });
  if (events === null) return lines;
  const { leaving, returning } = events;
  const back =
    returning === null
      ? 'too many to be counted become current again'
      : `${count(returning)} become current again`;
  return [...lines, `${plural(leaving, 'current event')} ${leaving === 1 ? 'leaves' : 'leave'}, ${back}`];
}

/** Rejects of corrected rows that are shown. */
const shownRejects = 5;

export function correctionLines({ rows, taken, rejected, rejects }: CorrectionsEffect): string[] {
  if (rows === 0) return ['Nothing: it has no row.'];
  const shown = rejects.slice(0, shownRejects);
  const more = rejected - shown.length;
  return [
    `${count(taken)} of ${plural(rows, 'row')} would be loaded`,
    ...(rejected > 0 ? [`${plural(rejected, 'row')} would be rejected again`] : []),
    ...shown.map(({ line, message }) => `Line ${count(line)}: ${message}`),
    ...(more > 0 ? [`and ${plural(more, 'more row')}`] : []),
  ];
}

export function replayLines({ what, rows, bytes, definition, undo }: ReplayEffect): string[] {
  if (what === null) return ['Nothing: no reject waits.'];
  const tried = rows === null ? `The whole file (${size(bytes)})` : `${plural(rows, 'row')} (${size(bytes)})`;
  const { before, now } = definition;
  const by =
    before === null || before === now ? 'with the same definition' : `with definition ${now}, not ${before}`;
  return [
    ...(undo === null ? [] : undoLines(undo).map((line) => `Undone first: ${line}`)),
    `${tried} ${rows === 1 ? 'is' : 'are'} loaded again ${by}`.replace(
      /^The whole (.*) are /,
      'The whole $1 is ',
    ),
  ];
}
