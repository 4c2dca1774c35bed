/** What stops a file between its plan and its receipt, or when it is replayed or undone. */
import type { ErrorEntries } from './entry.ts';

export const loadCodes = {
  LF_CHECK: {
    message: 'The data check {check} found rows that must not exist. The first one: {row}',
    fix: 'Fix the data in {file} and drop it again, or fix the check. Nothing of this file was kept.',
    retry: 'never',
  },
  LF_CHILD_LOADED: {
    message: '{dataset} has the content of {file} already, as file {loaded}, which was loaded alone.',
    fix: 'Undo that file (`landfall undo {loaded}`), and load this one again: `landfall replay {file}`. Then both datasets get its rows.',
    retry: 'never',
  },
  LF_CHUNK_KILLS: {
    message:
      'Chunk {chunk} of {file} (bytes {byteStart} to {byteEnd}) was given up: {deaths|worker} took it, and each died before it was done.',
    fix: "Read the workers' logs and the system's log (out of memory?), and look at those bytes of the file. An enrichment that crashes or uses up the memory causes this. Nothing of this file was kept: fix it and drop it again.",
    retry: 'never',
  },
  LF_CHUNK_LOST: {
    message:
      'Chunk {chunk} of {file} was given up: {deaths|worker} took it and died without reporting an error.',
    fix: "Read the workers' logs; they usually ran out of memory. Nothing of this file was kept: drop it again.",
    retry: 'never',
  },
  LF_COMPACT_LOST: {
    message:
      'Another process considered this compaction of {dataset} dead and deleted the part that it was writing. Earlier parts are unchanged.',
    fix: 'Run `landfall compact` again. The connection to the database was probably lost for a while.',
    retry: 'never',
  },
  LF_CORRECTION_DATASET: {
    message: '{file} was loaded as a file of {dataset}, and corrects rejects of {original} in {other}.',
    fix: 'Drop it into landing/{other}/, or name the dataset: `landfall ingest {file} --dataset {other}`.',
    retry: 'never',
  },
  LF_CORRECTION_EXPORT: {
    message: 'The upload does not correct rejects of {original}: {reason}.',
    fix: 'Send the export of this file (its rejects.csv, or `landfall rejects {original} --export`), with the columns that begin with _landfall_ unchanged.',
    retry: 'never',
  },
  LF_CORRECTION_GUARDED: {
    message:
      '{file} was exported for a spreadsheet: its cells may begin with an apostrophe that is not part of the value.',
    fix: 'Upload it as corrections of the file that it came from, which removes them; or export the rejects without --excel-safe and correct those.',
    retry: 'never',
  },
  LF_CORRECTION_NONE: {
    message: 'No reject of {original} waits to be corrected.',
    fix: '`landfall rejects {original}` says which files have corrected or replayed them.',
    retry: 'never',
  },
  LF_CORRECTION_ORIGINAL: {
    message: '{file} corrects rejects of {original}, which is {state}: its other rows are not loaded.',
    fix: 'Load {original} as a whole (`landfall replay {original}`), then correct what is rejected.',
    retry: 'never',
  },
  LF_CORRECTION_TAKEN: {
    message: '{file} corrects {rows|row} that {others} already corrected or replayed.',
    fix: 'Export the rejects of {original} again and correct those that still wait, or undo the file that took the others.',
    retry: 'never',
  },
  LF_CORRECTION_UNKNOWN: {
    message: '{file} corrects {rows|reject} of {original} that the ledger does not have.',
    fix: 'Export the rejects again and correct those. To load the rows as a file of its own, remove the columns that begin with _landfall_.',
    retry: 'never',
  },
  LF_FILE_ACCEPTED: {
    message: '{file} is {state}, but not because its snapshot lacks too many keys.',
    fix: 'Only a file that failed with LF_SNAPSHOT_SHRUNK can be accepted. To load another one again, run `landfall replay {file}`.',
    retry: 'never',
  },
  LF_FILE_BUSY: {
    message: '{file} is still being processed ({state}).',
    fix: 'Wait until it has ended (`landfall watch`) and try again.',
    retry: 'never',
  },
  LF_FILE_CHILD: {
    message: '{file} of {dataset} is a child of file {parent}: the two are loaded and undone together.',
    fix: 'Name its parent, file {parent}. What is done to it is done to its children.',
    retry: 'never',
  },
  LF_FILE_NOT_LOADED: {
    message: 'Nothing of {file} is loaded: it is {state}.',
    fix: '`landfall status` shows which files are done; only those can be undone.',
    retry: 'never',
  },
  LF_FILE_TOGETHER: {
    message: '{file} is loaded into {together} in one moment, and {dataset} (file {failed}) failed: {reason}',
    fix: 'Fix that, and load {file} again. Nothing of it was kept in any of the datasets.',
    retry: 'never',
  },
  LF_FILE_UNCLEAR: {
    message: 'Several files are named {file}: {files}.',
    fix: 'Name the one you mean by its number, or as dataset/name.',
    retry: 'never',
  },
  LF_FILE_UNKNOWN: {
    message: 'There is no file {file}.',
    fix: '`landfall status` lists the files that Landfall knows.',
    retry: 'never',
  },
  LF_FILE_VERSION: {
    message: '{file} is another version of file {version}, and {reason}.',
    fix: 'Undo file {version} first (`landfall undo {version}`), drop the file under another name, or change `versions` in the definition.',
    retry: 'never',
  },
  LF_INGEST_ABANDONED: {
    message: 'The `landfall ingest` that was loading {file} ended before it was done.',
    fix: 'Nothing of this file was kept: run it again.',
    retry: 'never',
  },
  LF_INTERNAL: {
    message: 'Landfall failed unexpectedly: {reason}',
    fix: 'Nothing of a half-loaded file counts. Try again; if it happens again, report it with this text.',
    retry: 'again',
  },
  LF_RECONCILE: {
    message: 'The counts of {file} do not agree: {differences}.',
    fix: 'Nothing of this file was kept. Drop it again; if it happens again, report it with this text.',
    retry: 'never',
  },
  LF_REJECT_LIMIT: {
    message: 'Landfall rejected {rejected} of {parsed|row} of {file}, more than the limit ({limit}).',
    fix: '`landfall rejects {file}` shows why. Fix the file or the definition, or raise the limit, and drop it again.',
    retry: 'never',
  },
  LF_REJECTS_EXPLODED: {
    message:
      'The rejected rows of {file} are elements of its records, and cannot be loaded one by one: {reason}.',
    fix: 'Correct the file, undo it and drop it again; or, once the definition is fixed, load it again as a whole: `landfall replay {file} --whole`.',
    retry: 'never',
  },
  LF_REJECTS_CUT: {
    message:
      'The ledger keeps only a part of {rows|rejected row} of {file}, and {url} no longer has the rest.',
    fix: 'Put the file back where it was, unchanged, and export again.',
    retry: 'never',
  },
  LF_REPAIR_ROWS: {
    message:
      'Chunk {chunk} of {file} has {loaded} loaded rows, but {accepted} are accepted when it is read again. Nothing was changed.',
    fix: 'Load the file again as a whole: `landfall replay {file} --whole`.',
    retry: 'never',
  },
  LF_REPAIR_STAR: {
    message:
      'The star does not have the rows that were loaded from {file}, and the file cannot be repaired alone: {reason}.',
    fix: 'Build the star again from the loaded files: `landfall rebuild {dataset}`. People read the old one until it is complete.',
    retry: 'never',
  },
  LF_SCAN_KILLS: {
    message:
      'Bytes {from} to {to} of {file} could not be scanned: {deaths|worker} tried, and each died before it was done.',
    fix: "Read the workers' logs and the system's log (out of memory?), and look at those bytes of the file; then drop it again.",
    retry: 'never',
  },
  LF_SCAN_LOST: {
    message: 'Bytes {from} to {to} of {file} could not be scanned, and every attempt failed.',
    fix: "Read the workers' logs for the reason, fix it, and drop the file again.",
    retry: 'never',
  },
  LF_SNAPSHOT_SHRUNK: {
    message:
      '{file} lacks {absent} of the {keys|key} that the snapshot before it has; the definition allows {most}.',
    fix: 'If the file is incomplete, drop a complete one. If the keys are really gone, run `landfall accept {file}`. Nothing of this file was kept.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
