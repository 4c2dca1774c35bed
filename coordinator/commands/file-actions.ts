/** What people may ask a coordinator to do with files: by its page, and over HTTP. */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { ReplayEffect, UndoEffect } from '../../platform/progress/file-effects.ts';
import type { Context } from '../context.ts';
import { prepareAccepted } from './accept.ts';
import { type CorrectedRows, correctedRows, prepareCorrections } from './correct.ts';
import { foretellReplay, prepareReplay, undoTools } from './replay.ts';
import { foretellUndo, undoAndCount } from './undo-effect.ts';

interface ReplayOptions {
  /** Default: false. */
  readonly whole?: boolean;
}

export interface FileActions {
  /** Takes a loaded file out again. Throws LF_FILE_UNKNOWN, LF_FILE_BUSY, LF_FILE_NOT_LOADED, LF_FILE_CHILD. */
  undo(fileId: number, reason: string): Promise<UndoEffect>;
  /** What it would do. */
  foretellUndo(fileId: number): Promise<UndoEffect>;
  /**
   * Loads again what was not loaded: the waiting rejects of a file that is done, or the whole of a file that failed
   * or was undone. With `whole`, a file that is done is undone and loaded again. Resolves with the id of the file
   * that is loaded, or null if no reject waits.
   * Throws LF_FILE_UNKNOWN, LF_FILE_BUSY, LF_FILE_NOT_LOADED, LF_FILE_MISSING, LF_REJECTS_CUT.
   */
  replay(fileId: number, options?: ReplayOptions): Promise<number | null>;
  foretellReplay(fileId: number, options?: ReplayOptions): Promise<ReplayEffect>;
  /**
   * Loads a file that failed because its snapshot lacks many keys (LF_SNAPSHOT_SHRUNK). Resolves with the id of the
   * file that is loaded. From then on the file stays accepted, whatever is undone and replayed.
   * Throws LF_FILE_UNKNOWN, LF_FILE_ACCEPTED, LF_FILE_MISSING.
   */
  accept(fileId: number): Promise<number>;
  /** Loads corrected rows of a file: correct.ts. Resolves with the id of the file that is loaded. */
  correct(fileId: number, content: AsyncIterable<Uint8Array>): Promise<number>;
  /** The rows that it would load. */
  correctedRows(fileId: number, content: AsyncIterable<Uint8Array>): Promise<CorrectedRows>;
}

/** `begin`: called with each file that is to be loaded. */
export function createActions(context: Context, begin: (file: LedgerFile) => void): FileActions {
  const started = (file: LedgerFile): number => {
    begin(file);
    return file.fileId;
  };
  const again = (file: LedgerFile): number => {
    crashPoint('replay.noted');
    return started(file);
  };
  return {
    undo: (fileId, reason) => undoAndCount(undoTools(context), fileId, reason),
    foretellUndo: (fileId) => foretellUndo(undoTools(context), fileId),
    async replay(fileId, { whole = false } = {}) {
      const file = await prepareReplay(context, fileId, { whole });
      return file === null ? null : again(file);
    },
    foretellReplay: (fileId, { whole = false } = {}) => foretellReplay(context, fileId, { whole }),
    accept: async (fileId) => again(await prepareAccepted(context, fileId)),
    correct: async (fileId, content) => started(await prepareCorrections(context, fileId, content)),
    correctedRows: (fileId, content) => correctedRows(context, fileId, content),
  };
}
