/**
 * Counts a loaded file again, where its rows are: every row in the star, every part's own footer in the lake.
 * A file's account, when it ends, believes what the server and the workers have counted while they wrote.
 */
import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import type { Storage } from '../../platform/types.ts';
import { auditLake } from '../../sinks/lake/audit-lake.ts';
import { countFacts } from '../../sinks/postgres/ddl/make-star.ts';
import { type Check, reconcile } from '../finalise/reconcile.ts';

export interface AuditTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly lake: Storage;
}

export interface Audit {
  readonly fileId: number;
  readonly dataset: string;
  readonly file: string;
  /** Rows found in the star. */
  readonly starRows: number;
  /** Rows found in the lake. */
  readonly lakeRows: number;
  readonly checks: readonly Check[];
}

/**
 * Audits a file that is done. The star is read row by row where its index cannot tell the file's rows from
 * others.
 */
export async function auditFile(tools: AuditTools, file: LedgerFile): Promise<Audit> {
  const { pool, ledger, registry, lake } = tools;
  const { star } = await definitionOf(pool, registry, file);
  const [chunks, parts, rejectsByCode] = await Promise.all([
    ledger.chunks(file.fileId),
    ledger.parts(file.fileId),
    ledger.rejectCounts(file.fileId),
  ]);
  const chunkIds = chunks.map((chunk) => chunk.chunkId);
  const [starRows, found] = await Promise.all([
    countFacts(pool, star, chunkIds),
    auditLake(lake, parts, { footers: true }),
  ]);
  // Where its bytes lie by now is not asked: archives are moved and emptied.
  const { fingerprint } = file;
  const checks = reconcile({ file, chunks, parts, rejectsByCode, fingerprint, starRows, lake: found });
  const { fileId, name } = file;
  return { fileId, dataset: file.dataset, file: name, starRows, lakeRows: found.rows, checks };
}
