import type { RejectsReport } from '../../coordinator/commands/list-rejects.ts';
import { fixOf } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { count, printable, shorten } from './format.ts';

/** The most characters of a record that are shown. */
const shownCharacters = 160;

const verbs: Readonly<Record<string, string>> = { corrects: 'corrected by', replays: 'replayed by' };

/** A file's rejects as lines of text, the last one with its newline. */
export function renderRejects(report: RejectsReport): string {
  const { file, fileId, dataset, waiting, kinds, taken } = report;
  const lines = [
    `${dataset}/${printable(file)} (file ${fileId}): ${plural(waiting, 'reject waits', 'rejects wait')}`,
  ];
  for (const { link, name, fileId: taker, state, rejects } of taken) {
    lines.push(
      `  ${plural(rejects, 'more is', 'more are')} ${verbs[link]} ${printable(name)} (file ${taker}, ${state})`,
    );
  }
  for (const kind of kinds) {
    lines.push('', `${count(kind.count)} × ${kind.code}${kind.column === null ? '' : ` in ${kind.column}`}`);
    lines.push(`  → ${fixOf(kind.code)}`);
    for (const { line, byteOffset, message, raw, entry } of kind.examples) {
      const place = `line ${count(line)}, byte ${count(byteOffset)}`;
      const within = entry && `${printable(entry.name)}, line ${count(entry.line)} (${place} of all)`;
      lines.push(`  ${within ?? place}: ${printable(message)}`);
      lines.push(`    ${shorten(printable(raw), shownCharacters)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
