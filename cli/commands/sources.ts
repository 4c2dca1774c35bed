import type { Command } from 'commander';
import { type RunReport, reportSources } from '../../coordinator/fetch/report-sources.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { type ReportFlags, reportCommand, settle } from '../settings.ts';
import { localTime, printable, shorten, table } from '../terminal/format.ts';

/** Characters of a cursor that the table shows. */
const cursorWidth = 44;

/** `landfall sources`: shows the sources of all datasets, and what became of their runs. */
export function sourcesCommand(): Command {
  const example = 'landfall sources --json | jq .sources[].last.state';
  return reportCommand(
    'sources',
    'show the sources of datasets, their last run and the next',
    example,
  ).action(async (flags: ReportFlags) => {
    const { config, registry } = await settle(flags);
    const database = await openDatabase(config);
    try {
      const sources = await reportSources(database.pool, registry, process.env);
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ sources })}\n`);
        return;
      }
      if (sources.length === 0) {
        process.stdout.write('No dataset has a source (docs/sources.md).\n');
        return;
      }
      const rows = sources.map(
        ({
          dataset,
          source,
          kind,
          scheduleWords,
          cursorWords,
          last,
          next,
          waiting,
          scheduled,
          lateSince,
        }) => ({
          source: `${dataset}.${source}`,
          kind,
          runs: scheduleWords ?? 'when asked',
          cursor: printable(shorten(cursorWords ?? '', cursorWidth)),
          last: last === null ? '' : `${last.state} ${spanOf(last)}`,
          ended: last?.endedAt ? localTime(last.endedAt) : '',
          next: next === null ? '' : `${next.state} ${spanOf(next)}`,
          waiting,
          due: scheduled === null ? '' : localTime(scheduled.to),
          late: lateSince === null ? '' : `since ${localTime(lateSince)}`,
        }),
      );
      process.stdout.write(table(rows));
      for (const { dataset, source, last, next, missing, queueFault } of sources) {
        const name = `${dataset}.${source}`;
        if (missing.length > 0)
          process.stdout.write(`\n! ${name} needs ${missing.join(', ')} in the environment\n`);
        for (const error of [last?.error, next?.error, queueFault])
          if (error)
            process.stdout.write(
              `\n✗ ${printable(`${name}: ${error.message}`)}\n  → ${printable(error.fix)}\n`,
            );
      }
    } finally {
      await database.close();
    }
  });
}

/** The window of a run as its folder is named. */
function spanOf({ name, kind }: RunReport): string {
  return `${name.slice(name.indexOf('/') + 1)}${kind === 'live' ? '' : ` (${kind})`}`;
}
