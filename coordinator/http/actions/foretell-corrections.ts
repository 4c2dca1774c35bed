/** Says what an upload of corrected rows would do: reads them as they would be loaded, and keeps nothing. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CorrectionsEffect } from '../../../platform/progress/file-effects.ts';
import type { CorrectedRows } from '../../commands/correct.ts';
import type { Inspector } from './inspector.ts';

/** Throws what reading the rows throws, and what says why they cannot be loaded. */
export async function foretellCorrections(
  { file, rows }: CorrectedRows,
  inspector: Inspector,
): Promise<CorrectionsEffect> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-look-'));
  try {
    const path = join(folder, file.layout?.format === undefined ? 'rows.csv' : 'rows.ndjson');
    await pipeline(rows, createWriteStream(path, { mode: 0o600 }));
    const { read, rejected, rejects } = await inspector.inspect(path, {
      dataset: file.dataset,
      name: `${file.name}~corrected`,
    });
    return { rows: read, taken: read - rejected, rejected, rejects };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
