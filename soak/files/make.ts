/** Makes a content: the file to drop, and the rows and rejects to expect. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { generators } from '../../datasets/generators.ts';
import { BlockHasher, contentHash } from '../../platform/storage/content-hash.ts';
import { Draw } from '../draw.ts';
import { type Content, isJson, isKeyed } from '../plan/types.ts';
import { jsonMarksOf } from './json-marks.ts';
import { marksOf } from './marks.ts';
import { packed } from './pack.ts';
import { eventsOf } from './told-events.ts';

/** A content on disk. */
export interface Made {
  readonly content: Content;
  /** The file to drop. Dropping it moves it. */
  readonly path: string;
  readonly bytes: number;
  /** As the ledger knows it. */
  readonly hash: string;
  /** CSV: of our own datasets rows without a header (marksOf, jsonMarksOf, eventsOf), of others the plain file itself. */
  readonly expected: string;
  /** CSV without a header: byte_offset, code. */
  readonly rejects: string;
  readonly rejectCount: number;
}

/** Makes the content in `folder`, giving way to other work every 128 KiB or so. */
export async function makeContent(content: Content, folder: string): Promise<Made> {
  const { id, packing, flaw } = content;
  const path = join(folder, `${id}.file`);
  const expected = join(folder, `${id}.rows`);
  const rejects = join(folder, `${id}.rejects`);
  const { plain, rejectCount } = await write(content, expected, rejects);
  const whole =
    flaw === null || flaw === 'rejects' ? await packed(plain, packing) : await flawed(content, plain);
  await writeFile(path, whole);
  const hasher = new BlockHasher();
  hasher.update(whole);
  const bytesHash = contentHash([hasher.finish()]);
  // The same bytes as of another instant are another snapshot.
  const hash = content.asOf === null ? bytesHash : `${bytesHash}@${content.asOf}T00:00:00Z`;
  return { content, path, bytes: whole.length, hash, expected, rejects, rejectCount };
}

/** Writes the expected rows and rejects of the content, and returns its bytes before packing. */
async function write(
  content: Content,
  expected: string,
  rejects: string,
): Promise<{ plain: Buffer; rejectCount: number }> {
  const { dataset, rows, seed, variant } = content;
  const pieces: Buffer[] = [];
  const makes = makerOf(content);
  if (makes === null) {
    const generate = generators[variant === null ? dataset : `${dataset}:${variant}`];
    const number = new Draw(seed).whole(1, 1e9);
    for (const piece of generate({ rows, seed: number })) {
      pieces.push(piece);
      await turn();
    }
    const plain = Buffer.concat(pieces);
    await writeFile(expected, plain);
    writeFileSync(rejects, '');
    return { plain, rejectCount: 0 };
  }
  const rowsFile = openSync(expected, 'w');
  const rejectsFile = openSync(rejects, 'w');
  let rejectCount = 0;
  for (const piece of makes(content)) {
    pieces.push(piece.bytes);
    writeSync(rowsFile, piece.rows);
    writeSync(rejectsFile, piece.rejects);
    rejectCount += piece.rejects.split('\n').length - 1;
    await turn();
  }
  closeSync(rowsFile);
  closeSync(rejectsFile);
  return { plain: Buffer.concat(pieces), rejectCount };
}

/** What makes the pieces of a content of our own datasets; null for those that Landfall's generators make. */
function makerOf({ dataset, writing }: Content): typeof marksOf | null {
  if (isJson(dataset)) return jsonMarksOf;
  if (isKeyed(dataset)) return eventsOf;
  return writing === null ? null : marksOf;
}

async function flawed({ flaw, id, dataset }: Content, plain: Buffer): Promise<Buffer> {
  if (flaw === 'empty') return Buffer.alloc(0);
  if (flaw === 'cut off') return plain.subarray(0, Math.floor(plain.length * 0.7));
  if (flaw === 'header' && dataset === 'documents') return Buffer.from(`{"no": {"such": []}, "of": "${id}"}`);
  // The lines that notes pass over before and after it are not all there is.
  if (flaw === 'header')
    return Buffer.from(`${`no,such,columns,in,${id}\n`.repeat(3)}${'1,2,3,4,5\n'.repeat(2)}`);
  if (flaw === 'binary')
    return Buffer.concat([
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1]),
      plain.subarray(0, 4096),
      Buffer.alloc(512),
    ]);
  const whole = await packed(plain, 'gzip');
  return whole.subarray(0, Math.floor(whole.length * 0.7));
}
