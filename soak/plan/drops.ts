/** Draws what is dropped and when: new contents, old contents under new names, and new versions under old names. */
import type { Draw } from '../draw.ts';
import { drawContent, rowBytes, shortRowsMax } from './contents.ts';
import { type Content, type Drop, isJson, type Meddling } from './types.ts';

/** The average rate of drops, in bytes per second: about half of what the machine can load undisturbed. */
const bytesPerSecond = 2 * 1024 * 1024;

/** Shorter runs have no large files, which would not end in time. */
const longMs = 45_000;

export interface Drops {
  readonly contents: ReadonlyMap<string, Content>;
  readonly drops: readonly Drop[];
}

export function drawDrops(draw: Draw, forMs: number): Drops {
  const contents = new Map<string, Content>();
  const drops: Drop[] = [];
  const rowsMax = forMs >= longMs ? Number.POSITIVE_INFINITY : shortRowsMax;
  let atMs = 0;
  for (let number = 1; atMs < forMs; number++) {
    const one = draw.of(number);
    const drop = drawDrop(one, { number, atMs, contents, drops, rowsMax });
    drops.push(drop);
    const { rows, dataset } = contents.get(drop.content)!;
    atMs += Math.round(((rows * rowBytes[dataset]) / bytesPerSecond) * 1000 + one.share() * 1500);
  }
  return { contents, drops };
}

interface SoFar {
  readonly number: number;
  readonly atMs: number;
  readonly contents: Map<string, Content>;
  readonly drops: readonly Drop[];
  readonly rowsMax: number;
}

function drawDrop(draw: Draw, soFar: SoFar): Drop {
  const { number, atMs, contents, drops } = soFar;
  const writtenMs = draw.chance(0.15) ? draw.whole(200, 3000) : null;
  // Drop the same bytes again, at once or later, except for notes, whose versions replace each other.
  const again = drops.filter(
    (drop) => drop.dataset !== 'notes' && drop.meddling === null && isSound(contents, drop),
  );
  if (again.length > 0 && draw.chance(0.12)) {
    const { content, dataset } = draw.chance(0.5) ? again[again.length - 1] : draw.pick(again);
    return {
      atMs,
      content,
      dataset,
      name: drawName(draw, `d${number}`, contents.get(content)!),
      writtenMs,
      meddling: null,
    };
  }
  const content = drawContent(draw.of('content'), `c${number}`, soFar);
  contents.set(content.id, content);
  const { id, dataset } = content;
  const named = drops.filter(
    (drop) => drop.dataset === dataset && drop.meddling === null && isSound(contents, drop),
  );
  // Another content under the name of a snapshot would be another one as of the same day.
  const version =
    content.flaw === null &&
    content.asOf === null &&
    named.length > 0 &&
    draw.chance(dataset === 'notes' ? 0.35 : 0.06);
  if (version)
    return { atMs, content: id, dataset, name: draw.pick(named).name, writtenMs: null, meddling: null };
  const meddling = drawMeddling(draw.of('meddling'), content, contents);
  const name = drawName(draw, id, content);
  return { atMs, content: id, dataset, name, writtenMs: meddling ? null : writtenMs, meddling };
}

function isSound(contents: ReadonlyMap<string, Content>, drop: Drop): boolean {
  return contents.get(drop.content)!.flaw === null;
}

/** Names that people and programs give, including awkward ones. */
function drawName(draw: Draw, stem: string, { dataset, packing, asOf }: Content): string {
  if (asOf !== null) return `${stem}_${asOf}.csv${{ none: '', gzip: '.gz', zip: '.zip' }[packing]}`;
  const plain = isJson(dataset) ? (dataset === 'lines' ? '.ndjson' : '.json') : '.csv';
  const ending = packing === 'none' ? plain : packing === 'gzip' ? `${plain}.gz` : '.zip';
  const awkward = [`-${stem}`, `${stem} (copy)`, `žluťoučký ${stem}`, `2024/05/${stem}`, `it's "${stem}"`];
  return `${draw.chance(0.3) ? draw.pick(awkward) : stem}${ending}`;
}

/** Of plain contents without end: rows can be appended to those. */
function drawMeddling(draw: Draw, content: Content, contents: Map<string, Content>): Meddling | null {
  const { id, dataset, packing, flaw } = content;
  const isOpen = dataset === 'marks' || dataset === 'lines';
  if (!isOpen || packing !== 'none' || flaw !== null || !draw.chance(0.12)) return null;
  const afterMs = draw.magnitude(5, 2500);
  if (draw.chance(0.5)) return { kind: 'rename', afterMs, name: `${id} renamed.csv` };
  const longer = { ...content, id: `${id}+`, rows: content.rows + draw.whole(1, 500), longerThan: id };
  contents.set(longer.id, longer);
  return { kind: 'append', afterMs, becomes: longer.id };
}
