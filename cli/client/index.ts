/** What programs import: `import { ingest, open, query, watch } from 'landfall/client'`. */

export type { AnswerColumn, AnswerType } from '../../coordinator/ask/answer.ts';
export type { IngestResult, Receipt } from '../../platform/file-receipt.ts';
export type {
  FileProgress,
  ProgressState,
  RowCounts,
  WorkerProgress,
} from '../../platform/progress/progress.ts';
export { query } from './ask-rows.ts';
export { type IngestOptions, ingest } from './load-files.ts';
export { type OpenOptions, type OpenSite, open } from './open-here.ts';
export type { QueryOptions, QueryResult, Row } from './question.ts';
export type { Logs, Settings } from './settings-given.ts';
export { type WatchElsewhere, type WatchOptions, watch } from './watch-progress.ts';
