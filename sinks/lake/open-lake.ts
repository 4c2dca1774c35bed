/**
 * Opens the lake, and makes sure that it is the one that the ledger knows. Where a disk is not mounted, its mount point
 * is an empty folder, and parts written there would be missing as soon as the disk is back.
 */
import type pg from 'pg';
import { someParts } from '../../ledger/tables/lake/parts.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';

/** Parts that are looked for in a lake without a mark. It may be one that an earlier version of Landfall has written. */
const lookedFor = 20;

/**
 * A lake in a folder gets its mark when it is opened for the first time. From then on nothing is written to it
 * while the mark is missing.
 * @throws LandfallError LF_LAKE_MISSING where the ledger has parts and the folder has neither them nor the mark
 */
export async function openLake(pool: pg.Pool, url: string): Promise<Storage> {
  const lake = await openStorage(url, 'lake');
  const { mark } = lake;
  if (mark === undefined) return lake;
  if (!mark.isThere()) {
    const parts = await someParts(pool, lookedFor);
    const found = (await lake.stats(parts)).some((part) => part !== null);
    if (parts.length > 0 && !found) throw mark.missing();
    await mark.make();
  }
  mark.require();
  return lake;
}
