/** Files of datasets that do not exist, as the page shows them. */

import { type FileProgress, noRows } from '../../platform/progress/progress.ts';
import type { UnknownFile } from '../../sources/contract.ts';

/** Gives unknown files ids of their own: negative ones, and the same file always the same id. */
export function createUnknownFiles(): (files: readonly UnknownFile[]) => FileProgress[] {
  const ids = new Map<string, { fileId: number; landedAt: string }>();
  let nextId = -1;
  return (files) =>
    files.map((file) => {
      const key = JSON.stringify([file.dataset, file.name]);
      const known = ids.get(key) ?? { fileId: nextId--, landedAt: file.landedAt ?? new Date().toISOString() };
      ids.set(key, known);
      return unknownProgress(file, known.fileId, known.landedAt);
    });
}

function unknownProgress(file: UnknownFile, fileId: number, landedAt: string): FileProgress {
  return {
    fileId,
    dataset: file.dataset,
    name: file.name,
    state: 'unknown',
    bytes: file.bytes,
    bytesCommitted: 0,
    bytesSeen: 0,
    chunks: 0,
    chunksCommitted: 0,
    rows: noRows,
    parts: 0,
    rowsPerSecond: 0,
    bytesPerSecond: 0,
    etaSeconds: null,
    landedAt,
    startedAt: null,
    finishedAt: null,
    link: null,
    drift: null,
    references: null,
    findings: [],
    keyed: false,
    error: file.error,
  };
}
