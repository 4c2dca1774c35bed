/**
 * Progress in the terminal: bars that are redrawn on a TTY, one line for each step elsewhere. It is written to
 * standard error, so that standard output has the results alone.
 */

import { plural } from '../../platform/plural.ts';
import {
  type FileProgress,
  hasRate,
  isChecking,
  type ProgressMessage,
  type ProgressState,
} from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import { inColours, showsColours } from './colour.ts';
import { bytes, count, duration, localTime, printable, shorten } from './format.ts';
import { sourceLine, watchedSources } from './source-lines.ts';
import { workerLines } from './worker-lines.ts';

/** A source of progress messages: the hub in this process, or a socket. */
export interface ProgressSource {
  /** Calls `listener` with a snapshot and then with every change. Returns a function that ends this. */
  subscribe(listener: (message: ProgressMessage) => void): () => void;
}

export interface Terminal {
  close(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'> & { hasColors?(): boolean };

/** Shows the progress of a source until it is closed. Files that had already ended are not announced. */
export function attachTerminal(source: ProgressSource, output: Output = process.stderr): Terminal {
  // A dumb terminal cannot move its cursor.
  const canRedraw = output.isTTY && process.env.TERM !== 'dumb';
  const painter = canRedraw ? barPainter(output) : linePainter(output);
  let view: ProgressView | null = null;
  const stop = source.subscribe((message) => {
    view = applyMessage(view, message);
    if (view) painter.paint(view.state);
  });
  return {
    close() {
      stop();
      painter.close();
    },
  };
}

interface Painter {
  paint(state: ProgressState): void;
  close(): void;
}

/** The signs before names of files that ended without being loaded. */
const endSigns: Readonly<Record<string, string>> = { duplicate: '=', undone: '↶' };

const active = new Set(['discovered', 'scanning', 'loading', 'finalising']);
/** The most lines about workers. */
const workersMost = 4;
/** The least time between two redraws, in ms: about 15 a second. */
const redrawMs = 66;

/** Redraws a block of lines in place: one for each unfinished file and one for the totals. */
function barPainter(output: Output): Painter {
  let drawnLines = 0;
  let lastDraw = 0;
  let pending: NodeJS.Timeout | null = null;
  const announced = new Map<number, string>();
  let first = true;
  const coloured = showsColours(output) ? inColours : (text: string) => text;

  const draw = (state: ProgressState) => {
    lastDraw = performance.now();
    let text = '';
    for (const file of state.files) text += announce(file, announced, first);
    first = false;
    const columns = output.columns ?? 80;
    const width = columns - 1;
    const notes = [
      ...brokenLines(state, width),
      ...martLines(state, width),
      ...outageLines(state, width),
      ...sourceLines(state, width),
    ];
    const height = Math.max(1, (output.rows ?? 24) - 4 - notes.length);
    const bars = barLines(state, columns, height);
    const workers = workerLines(state, Math.min(workersMost, height - bars.length)).map((line) =>
      line.slice(0, width),
    );
    const lines = [...notes, ...bars, ...workers];
    text += lines.map((line) => `${line}\n`).join('');
    output.write((drawnLines > 0 ? `\x1b[${drawnLines}A\r\x1b[J` : '') + coloured(text));
    drawnLines = lines.length;
  };
  return {
    paint(state) {
      if (pending) clearTimeout(pending);
      const wait = redrawMs - (performance.now() - lastDraw);
      if (wait <= 0) draw(state);
      else pending = setTimeout(() => draw(state), wait).unref();
    },
    close() {
      if (pending) clearTimeout(pending);
      if (drawnLines > 0) output.write(`\x1b[${drawnLines}A\r\x1b[J`);
      drawnLines = 0;
    },
  };
}

/** The line that says that a file has ended: once, and not for files that ended before the first state. */
function announce(file: FileProgress, announced: Map<number, string>, first: boolean): string {
  if (active.has(file.state) || announced.get(file.fileId) === file.state) return '';
  announced.set(file.fileId, file.state);
  return first ? '' : `${endLine(file)}\n`;
}

/** One line for each outage, cut to the width. */
function outageLines(state: ProgressState, width: number): string[] {
  return state.outages.map(({ message, fix, since }) =>
    printable(`! since ${new Date(since).toTimeString().slice(0, 8)}: ${message} → ${fix}`).slice(0, width),
  );
}

/** One line for each mart that cannot be refreshed, cut to the width. */
function martLines({ marts }: ProgressState, width: number): string[] {
  return marts.map(({ since, message, fix }) =>
    printable(`✗ since ${localTime(since)}: ${message} → ${fix}`).slice(0, width),
  );
}

/** One line for each source that is fetching, late or failing, cut to the width. */
function sourceLines({ sources }: ProgressState, width: number): string[] {
  return watchedSources(sources).map((source) => sourceLine(source).slice(0, width));
}

/** Broken definitions with their mistakes, in lines cut to the width. */
function brokenLines({ definitions }: ProgressState, width: number): string[] {
  return definitions.broken.flatMap(({ message, fix }) =>
    [...message.split('\n'), `→ ${fix}`].map((line, i) =>
      `${i === 0 ? '✗ ' : '  '}${printable(line)}`.slice(0, width),
    ),
  );
}

/** How a file ended, in one line. */
export function endLine(file: FileProgress): string {
  const name = printable(`${file.dataset}/${file.name}`);
  if (file.state === 'done') {
    const rejected = file.rows.rejected > 0 ? `, ${count(file.rows.rejected)} rejected` : '';
    const warnings = file.findings.filter(({ severity }) => severity === 'warn').map((one) => one.name);
    const warned = warnings.length > 0 ? printable(`, warns: ${warnings.join(', ')}`) : '';
    return `✓ ${name}: ${plural(file.rows.loaded, 'row')}${rejected}${warned}`;
  }
  const why = file.error ? `: ${file.error.message} → ${file.error.fix}` : '';
  return `${endSigns[file.state] ?? '✗'} ${name}: ${file.state}${printable(why)}`;
}

/** The block of bars: at most `height` lines of at most `width` columns. */
export function barLines(state: ProgressState, width: number, height: number): string[] {
  const running = state.files.filter((file) => active.has(file.state));
  const shown = running.slice(0, Math.max(0, height - 2));
  const lines = shown.map((file) => barLine(file, width));
  if (running.length > shown.length)
    lines.push(`  … and ${plural(running.length - shown.length, 'more file')}`);
  if (running.length > 0 || state.workers.length > 0) {
    const { totals } = state;
    const line = `  ${count(totals.rowsPerSecond)} rows/s · ${bytes(totals.bytesPerSecond)}/s · ${count(totals.rows.loaded)} rows loaded · ${count(totals.rows.rejected)} rejected · ${plural(state.workers.length, 'worker')}`;
    lines.push(line.slice(0, width - 1));
  }
  return lines;
}

/** `name ━━━━━━━╸─── 62 %  1,234,567 rows  812,000 rows/s  ETA 3 s`, cut to the width. */
export function barLine(file: FileProgress, width: number): string {
  const share = file.bytes > 0 ? Math.min(1, file.bytesSeen / file.bytes) : 0;
  const nameWidth = Math.max(12, Math.min(36, Math.floor(width * 0.3)));
  const name = shorten(printable(`${file.dataset}/${file.name}`), nameWidth).padEnd(nameWidth);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const rate = hasRate(file.rows) && !isChecking(file) ? `  ${count(file.rowsPerSecond)}/s` : '';
  const tail = `${percent}  ${plural(file.rows.parsed, 'row')}${rate}${timeLeft(file)}`;
  const barWidth = Math.max(0, Math.min(40, width - nameWidth - tail.length - 3));
  const full = Math.round(barWidth * share);
  return `${name} ${'━'.repeat(full)}${'─'.repeat(barWidth - full)} ${tail}`.slice(0, width - 1);
}

function timeLeft(file: FileProgress): string {
  if (isChecking(file)) return '  checking';
  if (file.state !== 'loading') return `  ${file.state}`;
  return file.etaSeconds === null ? '' : `  ETA ${duration(file.etaSeconds)}`;
}

/** What became of the last run of each source, by its name. */
function endedRuns({ sources }: ProgressState): [string, string][] {
  const ended = sources.filter(({ last }) => last !== null);
  return ended.map((source) => [
    `${source.dataset}.${source.source}`,
    sourceLine({ ...source, next: null, waiting: 0, scheduled: null }),
  ]);
}

/** Writes a line whenever a file changes its state or another tenth of it is read. */
function linePainter(output: Output): Painter {
  const seen = new Map<number, string>();
  const outages = new Set<string>();
  const told = new Map<string, string>();
  const runs = new Map<string, string>();
  /** Tells of lines when they change, and of their end. */
  const tell = (lines: readonly string[], end: string) => {
    const text = lines.join('\n');
    if (text !== (told.get(end) ?? '')) output.write(`${text || end}\n`);
    told.set(end, text);
  };
  let first = true;
  return {
    paint(state) {
      tell(brokenLines(state, 500), '✓ no definition is broken any more');
      tell(martLines(state, 500), '✓ all marts can be refreshed again');
      for (const line of outageLines(state, 500)) if (!outages.has(line)) output.write(`${line}\n`);
      if (outages.size > 0 && state.outages.length === 0) output.write('! the outage is over\n');
      outages.clear();
      for (const line of outageLines(state, 500)) outages.add(line);
      for (const [name, line] of endedRuns(state)) {
        if (!first && runs.get(name) !== line) output.write(`${line}\n`);
        runs.set(name, line);
      }
      for (const file of state.files) {
        const tenth = file.bytes > 0 ? Math.floor((file.bytesSeen / file.bytes) * 10) : 0;
        const mark = active.has(file.state) ? `${file.state} ${tenth}` : file.state;
        if (seen.get(file.fileId) === mark) continue;
        seen.set(file.fileId, mark);
        if (first && !active.has(file.state)) continue;
        if (!active.has(file.state)) output.write(`${endLine(file)}\n`);
        else if (file.state === 'loading') output.write(`${barLine(file, 120).trimEnd()}\n`);
        else output.write(`  ${printable(`${file.dataset}/${file.name}`)}: ${file.state}\n`);
      }
      first = false;
    },
    close() {},
  };
}
