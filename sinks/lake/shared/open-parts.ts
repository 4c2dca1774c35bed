/** Opens the parts that are to be merged. */
import type { PlacedPart } from '../../../ledger/tables/lake/compaction.ts';
import { retryOf } from '../../../platform/errors/retry.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { type PartToMerge, PartUnreadable } from './merge-parts.ts';
import { schemaKey } from './read-schema.ts';
import { openPart } from './stored-part.ts';

/** Parts that are opened before they are needed: a small one is in memory then. */
const openAtATime = 16;

/** Opens parts in their order, the next ones while one is being read. Throws PartUnreadable. */
export async function* openAhead(
  lake: Storage,
  parts: readonly PlacedPart[],
): AsyncGenerator<PartToMerge, void> {
  const opening: Promise<PartToMerge>[] = [];
  for (let next = 0; next < parts.length || opening.length > 0; ) {
    while (next < parts.length && opening.length < openAtATime) {
      const opened = open(lake, parts[next++]);
      // An error is thrown where the part is needed.
      opened.catch(() => {});
      opening.push(opened);
    }
    yield await opening.shift()!;
  }
}

async function open(lake: Storage, placed: PlacedPart): Promise<PartToMerge> {
  try {
    const stored = await openPart(lake, placed);
    if (stored.rows !== placed.rows) throw new Error(`it has ${stored.rows} rows instead of ${placed.rows}`);
    if (stored.isShared !== (placed.sharedId !== null)) throw new Error('_chunk is a column of the dataset');
    return { stored, placed };
  } catch (error) {
    throw retryOf(error) === 'outage' ? error : new PartUnreadable(placed.path, error);
  }
}

/** The columns of parts by the version of the definition that they were written with: one part of each is read. */
export class SchemaOfVersions {
  private readonly lake: Storage;
  private readonly known = new Map<string, string>();

  constructor(lake: Storage) {
    this.lake = lake;
  }

  /** Equal texts for versions with the same columns. A version none of whose parts can be read has none. */
  async of(parts: readonly PlacedPart[]): Promise<ReadonlyMap<string, string>> {
    for (const part of parts) {
      const { version } = part.chunks[0];
      if (this.known.has(version)) continue;
      try {
        this.known.set(version, schemaKey((await openPart(this.lake, part)).columns));
      } catch (error) {
        if (retryOf(error) === 'outage') throw error;
      }
    }
    return this.known;
  }
}
