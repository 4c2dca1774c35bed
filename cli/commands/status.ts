import type { Command } from 'commander';
import { reportSources } from '../../coordinator/fetch/report-sources.ts';
import { progressOf } from '../../coordinator/fetch/source-watch.ts';
import { currentEventsOf } from '../../coordinator/finalise/current-events.ts';
import { freshnessOf } from '../../coordinator/judge/freshness-watch.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { plural } from '../../platform/plural.ts';
import { driftSummary } from '../../platform/progress/drift-words.ts';
import { linkWords } from '../../platform/progress/link-words.ts';
import type { FreshnessReport } from '../../platform/progress/progress.ts';
import { type ReportFlags, reportCommand, settle } from '../settings.ts';
import { bytes, count, localTime, printable, shorten, table } from '../terminal/format.ts';
import { sourceLine } from '../terminal/source-lines.ts';

/** Characters of a file's name that the table shows. */
const nameWidth = 60;

/** `landfall status`: shows recent files and totals. */
export function statusCommand(): Command {
  const example = 'landfall status --json | jq .totals.rows';
  return reportCommand('status', 'show recent files, totals, and what files wait for', example).action(
    async (flags: ReportFlags) => {
      const { config, registry } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const ledger = new Ledger(database.pool);
        const [files, totals, waiting, marts, { reports: freshness }, reports] = await Promise.all([
          ledger.fileProgress('recent'),
          ledger.totals(),
          ledger.waitingFiles(),
          ledger.failingMarts(),
          freshnessOf({ ledger, registry }, Date.now()),
          reportSources(database.pool, registry, process.env),
        ]);
        const sources = reports.map((report) => progressOf(report));
        const keyed = files.filter((file) => file.keyed && file.state === 'done');
        const current = await currentEventsOf(
          { pool: database.pool, registry },
          keyed.map(({ fileId }) => fileId),
        );
        if (flags.json) {
          const broken = registry.broken().map(({ dataset, file, error }) => ({ dataset, file, ...error }));
          const definitions = { datasets: registry.names(), broken };
          const events = [...current].map(([fileId, now]) => ({ fileId, current: now }));
          process.stdout.write(
            `${JSON.stringify({ files, events, totals, waiting, marts, freshness, sources, definitions })}\n`,
          );
          return;
        }
        for (const { error } of registry.broken()) {
          process.stdout.write(`✗ ${printableLines(error.message)}\n  → ${printable(error.fix)}\n\n`);
        }
        for (const { dataset, name, chunks, error } of waiting) {
          const file = printable(`${dataset}/${name}`);
          process.stdout.write(
            `! ${file}: ${count(chunks)} of its chunks wait: ${printable(error.message)}\n  → ${printable(error.fix)}\n\n`,
          );
        }
        for (const { since, message, fix } of marts) {
          process.stdout.write(
            `✗ ${printable(`since ${localTime(since)}: ${message}`)}\n  → ${printable(fix)}\n\n`,
          );
        }
        for (const report of freshness) process.stdout.write(freshnessLine(report));
        for (const source of sources) process.stdout.write(`${sourceLine(source)}\n\n`);
        const rows = files.map((file) => ({
          file: shorten(`${file.dataset}/${printable(file.name)}`, nameWidth),
          state: file.state,
          size: bytes(file.bytes),
          chunks: `${file.chunksCommitted}/${file.chunks}`,
          loaded: file.rows.loaded,
          ...(current.size > 0 && { current: current.get(file.fileId) ?? '' }),
          rejected: file.rows.rejected,
          checks: file.findings.map(({ name, severity }) => `${severity} ${printable(name)}`).join(', '),
          columns: file.drift ? driftSummary(file.drift) : '',
          from: file.link ? `${linkWords[file.link.kind]} ${printable(file.link.name)}` : '',
        }));
        process.stdout.write(
          `${plural(totals.files, 'file')}, ${count(totals.filesDone)} done, ${count(totals.filesFailed)} failed · ${plural(totals.rows.loaded, 'row')} loaded, ${count(totals.rows.rejected)} rejected\n\n${table(rows)}`,
        );
      } finally {
        await database.close();
      }
    },
  );
}

/** One line about a dataset that expects files. */
function freshnessLine({ dataset, state, due, since, missed }: FreshnessReport): string {
  if (since === null)
    return `✓ ${dataset}: ${state === 'fresh' ? 'its file is there' : 'a file is due'}, due ${localTime(due)}\n\n`;
  return `! ${dataset}: ${state}: no file for ${plural(missed, 'window')}, since ${localTime(since)}\n\n`;
}

/** Text of several lines, each without control characters. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
