/** Draws contents: their dataset, size, dialect, packing and flaws. */
import type { Draw } from '../draw.ts';
import { type Content, type Flaw, isJson, isKeyed, type SoakDataset, type Writing } from './types.ts';

/** The approximate bytes of a row, for pacing the drops. */
export const rowBytes: Readonly<Record<SoakDataset, number>> = {
  marks: 75,
  notes: 85,
  lines: 170,
  documents: 170,
  orders: 45,
  tiers: 45,
  stocks: 45,
  trips: 130,
  citibike: 150,
};

const sizes = {
  none: () => 0,
  tiny: (draw: Draw) => draw.whole(1, 40),
  small: (draw: Draw) => draw.magnitude(40, 10_000),
  medium: (draw: Draw) => draw.magnitude(10_000, 120_000),
  large: (draw: Draw) => draw.whole(120_000, 400_000),
};

/** What events show is computed in memory, of all files together. */
const eventsMax = 12_000;

/** Files with at most this many rows are also dropped in a short soak. */
export const shortRowsMax = 60_000;

export function drawContent(
  draw: Draw,
  id: string,
  options: { rowsMax: number; dataset?: SoakDataset },
): Content {
  const dataset =
    options.dataset ??
    draw.weighted<SoakDataset>({
      marks: 40,
      notes: 18,
      lines: 14,
      documents: 10,
      orders: 12,
      tiers: 8,
      stocks: 6,
      trips: 8,
      citibike: 8,
    });
  const size = draw.weighted<keyof typeof sizes>({ none: 3, tiny: 27, small: 42, medium: 22, large: 6 });
  const cutOff = dataset === 'documents' ? 2 : 0;
  const flaw = draw.chance(0.07)
    ? draw.weighted<Flaw>({ empty: 2, binary: 2, header: 2, rejects: 3, damaged: 2, 'cut off': cutOff })
    : null;
  const written = dataset === 'marks' || dataset === 'notes';
  const ours = written || isJson(dataset) || isKeyed(dataset);
  const rowsMax = isKeyed(dataset) ? Math.min(eventsMax, options.rowsMax) : options.rowsMax;
  const packing = draw.weighted<Content['packing']>({ none: 70, gzip: 20, zip: 10 });
  // Rejects must outnumber the limit for certain; a damaged file must be long enough to be cut. Without a row, lines are an
  // empty file.
  const isLong = flaw === 'rejects' || flaw === 'damaged' || flaw === 'cut off';
  const rowsLeast = isLong ? 50 : dataset === 'lines' ? 1 : 0;
  return {
    id,
    dataset,
    seed: `${id}/${draw.whole(0, 1e9)}`,
    rows: Math.min(Math.max(sizes[size](draw), rowsLeast), rowsMax),
    writing: written
      ? dataset === 'marks'
        ? drawWriting(draw.of('writing'))
        : notesWriting(draw.of('writing'))
      : null,
    rejectShare: flaw === 'rejects' ? 0.9 : ours && draw.chance(0.4) ? draw.magnitude(1, 200) / 1000 : 0,
    packing: flaw === 'damaged' ? 'gzip' : flaw === null || flaw === 'rejects' ? packing : 'none',
    flaw: flaw === 'rejects' && !ours ? null : flaw,
    variant: dataset === 'citibike' ? draw.pick(['title', 'quoted', 'crlf']) : null,
    asOf: dataset === 'stocks' ? `2024-03-${String(draw.of('day').whole(1, 20)).padStart(2, '0')}` : null,
    longerThan: null,
  };
}

/** A dialect that can be recognised from the file. */
function drawWriting(draw: Draw): Writing {
  const plain = draw.chance(0.4);
  const encoding = plain
    ? 'utf-8'
    : draw.weighted<'utf-8' | 'utf-16le' | 'utf-16be'>({ 'utf-8': 6, 'utf-16le': 1, 'utf-16be': 1 });
  return {
    delimiter: plain ? ',' : draw.pick([',', ';', '\t', '|']),
    quote: '"',
    escape: null,
    lineEnd: plain ? '\n' : draw.pick(['\n', '\r\n', '\r'] as const),
    encoding,
    byteOrderMark: encoding !== 'utf-8' || (!plain && draw.chance(0.3)),
    preamble: [],
    footer: [],
    comment: null,
    blanks: false,
    stranger: draw.chance(0.2),
  };
}

/** The dialect of soak/datasets/notes. */
function notesWriting(draw: Draw): Writing {
  return {
    delimiter: '||',
    quote: "'",
    escape: '\\',
    lineEnd: draw.pick(['\n', '\r\n', '\r'] as const),
    encoding: 'windows-1251',
    byteOrderMark: false,
    preamble: ["notes of somebody's", 'as he wrote them'],
    footer: ["that's all"],
    comment: '#',
    blanks: draw.chance(0.3),
    stranger: draw.chance(0.2),
  };
}
