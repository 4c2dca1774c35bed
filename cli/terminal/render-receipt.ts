import type { Receipt } from '../../platform/file-receipt.ts';
import { plural } from '../../platform/plural.ts';
import { driftLines } from '../../platform/progress/drift-words.ts';
import { linkWords } from '../../platform/progress/link-words.ts';
import { referenceWords } from '../../platform/progress/reference-words.ts';
import { bytes, count, duration, localTime, printable } from './format.ts';

/** Before a check that does not hold. */
const checkSigns = { block: '✗', warn: '!', info: 'i' } as const;

/** The marts that do not show the file. */
function martLines({ marts = [] }: Receipt): string[] {
  return marts.flatMap(({ name, since, due, error }) => {
    const behind = `marts: ${printable(name)} is behind since ${localTime(since)}`;
    if (error !== null)
      return [`  ✗ ${behind}: ${printable(error.message)} [${error.code}]`, `  → ${printable(error.fix)}`];
    return [due === null ? `  ${behind}` : `  ${behind}, to be refreshed from ${localTime(due)}`];
  });
}

/** Events for which the content decided, and members that keep other attributes than the file has. */
function undecidedLines({ ties, members }: Receipt): string[] {
  const lines: string[] = [];
  if (ties !== undefined) {
    const places = ties.sample.map(({ chunk, row }) => `row ${row} of chunk ${chunk}`).join(', ');
    lines.push(
      `  ${plural(ties.count, 'event')} with the key and order of another; the content decides: ${places}`,
    );
  }
  if (members !== undefined) {
    lines.push(
      `  ${plural(members.differing, 'member')} with other attributes in this file than in the star:`,
    );
    for (const { table, member, has, given } of members.sample)
      lines.push(printable(`    ${table} ${member}: has ${has}, given ${given}`));
  }
  return lines;
}

/** A receipt as lines of text, the last one with its newline. */
export function renderReceipt(receipt: Receipt): string {
  const { rows } = receipt;
  const mark = receipt.status === 'failed' ? '✗' : '✓';
  const lines = [`${mark} ${printable(receipt.file)} → ${receipt.dataset}: ${receipt.status}`];
  const { link } = receipt;
  if (link) lines.push(`  ${linkWords[link.kind]} ${printable(link.name)} (file ${link.fileId})`);
  const { parent, children = [] } = receipt;
  if (parent) lines.push(`  with its parent in ${parent.dataset} (file ${parent.fileId})`);
  for (const { dataset, fileId } of children) lines.push(`  with its child in ${dataset} (file ${fileId})`);
  if (receipt.drift) lines.push(...driftLines(receipt.drift).map((line) => `  ${printable(line)}`));
  const references = receipt.layout?.references;
  if (references) lines.push(`  joined with ${printable(referenceWords(references))}`);
  if (receipt.status === 'done') {
    lines.push(
      `  ${plural(rows.parsed, 'row')} parsed = ${count(rows.loaded)} loaded + ${count(rows.rejected)} rejected + ${count(rows.deduplicated)} deduplicated`,
      `  ${receipt.starRows === null ? '' : `star ${plural(receipt.starRows, 'row')} · `}lake ${plural(receipt.lakeRows, 'row')} in ${plural(receipt.parts, 'part')}, ${bytes(receipt.lakeBytes)}`,
      `  ${bytes(receipt.bytes)} in ${plural(receipt.chunks, 'chunk')}, ${duration(receipt.seconds)}, ${count(receipt.rowsPerSecond)} rows/s`,
    );
  }
  for (const [code, number] of Object.entries(receipt.rejectsByCode))
    lines.push(`  ${count(number)} × ${code}`);
  lines.push(...undecidedLines(receipt));
  for (const note of receipt.rollups ?? []) lines.push(`  i rollup ${printable(note)}`);
  for (const check of receipt.checks) {
    if (receipt.status === 'duplicate') lines.push(`  ${printable(check.detail)}`);
    else if (!check.ok)
      lines.push(`  ${checkSigns[check.severity ?? 'block']} ${check.name}: ${printable(check.detail)}`);
  }
  if (receipt.status === 'done')
    lines.push(
      `  ${receipt.checks.filter((check) => check.ok).length} of ${receipt.checks.length} checks hold`,
    );
  lines.push(...martLines(receipt));
  if (receipt.error)
    lines.push(
      `  ${printable(receipt.error.message)} [${receipt.error.code}]`,
      `  → ${printable(receipt.error.fix)}`,
    );
  return `${lines.join('\n')}\n`;
}
