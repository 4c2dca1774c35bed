/**
 * The places where a process may be killed: one between any two steps that leave something behind, in the
 * order of a file's way. `npm run test:crash` kills a process at each of them, on both queues, and compares
 * what comes of it with a run that nobody killed.
 *
 *   LANDFALL_CRASH_AT=chunk.claimed       the process kills itself (SIGKILL) when it first passes that point
 *   LANDFALL_CRASH_AT=chunk.claimed:3     when it passes it for the third time
 *   LANDFALL_CRASH_MARK=/tmp/crashed      a file that is made at the kill; while it is there nobody else dies:
 *                                         neither the worker that takes the dead one's place nor any other
 *   LANDFALL_CRASH_AT=@/tmp/armed         the point is the one that this file names whenever one is passed; who
 *                                         dies renames it to /tmp/armed.died. So a process that has come
 *                                         back can be armed again
 *   LANDFALL_FREEZE_AT=chunk.written      as LANDFALL_CRASH_AT, but the process stops itself (SIGSTOP): for
 *                                         what becomes of one that is thawed when others have gone on
 *
 * Each point has exactly one call, which test/platform/errors/crash-points.test.ts sees to. Unarmed it is a
 * comparison with null.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** Name of each point, and what has just happened there. */
export const crashPoints = {
  // The coordinator sees a file and finds out what it is.
  'discover.noted': 'a landed file is noted in the ledger',
  // The coordinator fetches it from a source.
  'fetch.run-started': 'the ledger says that a run has started',
  'fetch.page-staged': 'a page is written, in staging',
  'fetch.page-placed': 'a page is in the landing folder; the ledger does not know',
  'fetch.page-written': 'a page is noted, and the run has moved; the transaction is open',
  'fetch.page-noted': 'a page is noted, and the run resumes after it',
  'fetch.run-ended': 'the ledger says that the run has ended',
  'ingest.noted': 'a file that a command names is noted in the ledger',
  'prepare.scan-begun': 'the ledger says that the file is being scanned',
  'prepare.scans-queued': 'the scans of a file are in the queue',
  // A worker looks through it.
  'scan.read': 'a worker has read what it scans',
  'spool.chunk-written': 'a chunk of a compressed file is in the spool',
  'spool.written': 'all chunks of a compressed file are in the spool',
  'scan.saved': 'the result of a scan is in the ledger',
  'scan.refused': 'the reason why a file cannot be scanned is in the ledger',
  // The coordinator plans it.
  'identify.first': 'the content is known, and no other file has it',
  'identify.duplicate': 'the ledger says that the file is a duplicate',
  'plan.references-kept': 'the ledger has the reference tables that a file is to be joined with',
  'plan.staging-made': 'the table is made in which a new version waits',
  'plan.child-added': 'a child of the file is in the ledger; the transaction of the plan is open',
  'plan.rejects-taken': 'rejects are handed to the file that replays them; its transaction is open',
  'plan.written': 'the plan is in the ledger',
  'plan.queued': 'the chunks are in the queue',
  'group.planned': 'the plans of a group of small files are in the ledger',
  'group.queued': 'the job of a group is in the queue',
  // Its definition changes before it has ended, and it is planned again.
  'renew.ledger-written': 'another row takes the place of the file; the transaction is open',
  'renew.facts-deleted': 'what was loaded of it is out of the star; the transaction is open',
  'renew.committed': 'the file that takes its place is discovered',
  'renew.lake-swept': 'the objects of its old number are out of the lake; the ledger does not know',
  'renew.swept': 'the ledger knows that nothing of its old number is left in the lake',
  // An object goes where no renaming takes it: from the landing bucket, or into its place in the lake's.
  'move.copied': 'an object is copied to its place, and still there where it came from',
  // A worker loads a chunk.
  'chunk.claimed': 'a worker has claimed a chunk',
  'unique.keys-copied': 'the keys of a chunk are copied; the transaction is open',
  'unique.keys-noted': 'the keys of a chunk are in the ledger',
  'unique.repeats-found': 'rows that repeat a key are known; the transaction is open',
  'unique.settled': 'the keys of a file are settled',
  'chunk.read': 'a batch of it is parsed and enriched',
  'chunk.rejects-spilled': 'more rejects than memory keeps are written; the transaction is open',
  'dimension.members-inserted': 'new members of a dimension are committed',
  'dimension.hashed-inserted': 'new members of a dimension with hashed keys are committed',
  'dimension.dates-inserted': 'new days of a date dimension are committed',
  'chunk.copying': 'rows of a batch are being sent to the star',
  'chunk.facts-copied': 'the star has taken all rows; the transaction is open',
  'lake.part-staged': 'one part of a chunk is written, in staging',
  'lake.parts-staged': 'all parts of a chunk are written, in staging',
  'quarantine.staged': 'the rejects of a chunk are written for the lake, in staging',
  'chunk.written': 'the chunk is committed in the ledger; the transaction is open',
  'lake.part-published': 'one part of a chunk is in its place; the transaction is open',
  'lake.parts-published': 'all parts of a chunk are in their places; the transaction is open',
  'quarantine.published': 'the rejects of a chunk are in their place; the transaction is open',
  'chunk.committed': 'the transaction is committed; the queue does not know that the job is done',
  // It loads the chunks of many small files together.
  'group.claimed': 'a worker has claimed the chunks of a group',
  'group.parts-noted': 'the parts that the chunks of a group share are noted, and not written yet',
  'group.written': 'all chunks of a group are committed in the ledger; the transaction is open',
  'group.published': 'their parts are in their places; the transaction is open',
  'group.committed': 'the transaction is committed; the queue does not know that the job is done',
  'chunk.failed': 'the ledger says that the chunk has failed for good',
  'chunk.abandon-queued': 'the coordinator is told that a chunk has failed for good',
  // The coordinator ends the file.
  'finalise.begun': 'the ledger says that the file is being ended',
  'finalise.accounted': 'lake, star and ledger are counted',
  'finalise.versions-settled': 'the version before is taken out; the transaction is open',
  'finalise.staging-moved': 'the rows of the new version are in the star; the transaction is open',
  'end.snapshot-noted': 'the snapshot that has the file is noted; the transaction is open',
  'end.events-applied': 'the star shows the events of the file; the transaction is open',
  'end.rollups-applied': 'the rollups of the star have the file; the transaction is open',
  'end.members-settled': 'members have the attributes that the file gives them; the transaction is open',
  'end.sinks-ended': 'the sinks have ended the file; the transaction is open',
  'finalise.checked': 'the data checks hold; the transaction is open',
  'finalise.rejects-returned': 'rejects that still do not fit wait again; the transaction is open',
  'finalise.one-ended':
    'of a file and its children one is ended; the transaction in which all become done is open',
  'finalise.receipt-written': 'the receipt is written; the transaction is open',
  'finalise.committed': 'the file is done',
  'finalise.swept': 'what the version before left in lake and star is swept',
  'staging.dropped': 'the table in which a version waited is dropped',
  'away.chosen': 'the ledger says where the file is being moved',
  'away.report-dropped': 'the report of an earlier failure is gone',
  'away.report-written': 'the report that says why the file failed is written',
  'away.moved': 'the file lies in the archive or among the failed ones; the ledger does not know',
  'away.settled': 'the ledger knows where the file lies now',
  'spool.cleared': 'the spool of the file is empty',
  'marts.refreshed': 'the marts are refreshed; the transaction is open',
  'marts.half-committed':
    'one of two transactions that refreshed marts has committed, without the note of it',
  'marts.committed': 'the marts hold the file',
  'group.accounted': 'lake, star and ledger are counted for the files of a group',
  'group.done': 'the files of a group are done',
  'group.places-chosen': 'the ledger knows where the files of a group are to be moved',
  'group.moved': 'the files of a group lie in the archive; the ledger does not know',
  // It fails, and leaves nothing behind.
  'fail.noted': 'the ledger says why the file fails; nothing of it is unloaded',
  'unload.ledger-written': 'the ledger says that the file has failed; the transaction is open',
  'unload.facts-deleted': 'its rows are out of the star; the transaction is open',
  'unload.committed': 'the file has failed',
  'sweep.object-deleted': 'one of its objects is out of the lake',
  'unload.swept': 'all its objects are out of the lake',
  'unload.receipt-written': 'its receipt says why it failed',
  // A person gives up what is left of it.
  'prune.noted': 'the ledger says that objects are given up; they are still there',
  'prune.deleted': 'the objects are gone; the ledger says that they may be there',
  // A person takes it out, or tries again what was not loaded.
  'undo.ledger-written': 'the ledger says that the file is undone; the transaction is open',
  'remove.rows-deleted': 'its rows are out of the star and its rollups; the transaction is open',
  'remove.members-settled': 'members have the attributes of before; the transaction is open',
  'undo.facts-deleted': 'its rows are out of the star; the transaction is open',
  'undo.snapshot-noted': 'the snapshot without it is noted; the transaction is open',
  'undo.committed': 'the file is undone',
  'undo.lake-swept': 'its objects are out of the lake; the ledger does not know',
  'undo.swept': 'the ledger knows that nothing of it is left in the lake',
  'accept.noted': 'the ledger says that the snapshot of a file is accepted; nothing of it is loaded',
  // The star of a dataset is rebuilt.
  'rebuild.tables-made': 'the tables of the new star are there, empty',
  'rebuild.file-built': 'the new star has the rows of a file',
  'rebuild.caught-up': 'the new star has all files; the dataset is locked',
  'rebuild.marts-built': 'the new star has its rollups and marts, under other names',
  'rebuild.adopted': 'the ledger has the new definition and the new rollups; the transaction is open',
  'rebuild.committed': 'people read the new star',
  // Small parts are put into larger ones.
  'compact.noted': 'the ledger says that a part is being written which chunks are to share',
  'compact.staged': 'the part is written, in staging',
  'compact.published': 'the part is in its place; the transaction is open',
  'compact.moved': 'the manifest has it in the place of the parts before it; the transaction is open',
  'compact.committed': 'readers of the manifest read it; the parts before it are still there',
  'compact.old-deleted': 'parts whose rows lie elsewhere are deleted; the ledger does not know',
  'replay.exported': 'rejects that are to be tried again are written to the archive',
  'replay.noted': 'the file that is to be loaded again is noted in the ledger',
  // A command died, and a coordinator clears up after it.
  'reap.queues-removed': 'the queues of the dead command are gone',
  'reap.file-failed': 'a file of the dead command has failed',
  'reap.forgotten': 'nothing is left of the dead command',
} as const satisfies Readonly<Record<string, string>>;

export type CrashPoint = keyof typeof crashPoints;

/** What a process does at each point that it passes. */
type Arming = (passed: CrashPoint) => void;

const variables = { LANDFALL_CRASH_AT: 'SIGKILL', LANDFALL_FREEZE_AT: 'SIGSTOP' } as const;

const armed: Arming | null = parse(process.env);

/** Kills or stops this process if the environment says that it should die, or freeze, here. */
export function crashPoint(name: CrashPoint): void {
  if (armed !== null) armed(name);
}

/** What is wrong with the arming in this environment; null where it is right or there is none. */
export function crashPointMistake(env: NodeJS.ProcessEnv): string | null {
  const variable = variableOf(env);
  if (variable === undefined || parse(env) !== null) return null;
  const known = Object.keys(crashPoints).join(', ');
  const ways =
    'one and how often it is to be passed (chunk.claimed:3), or @ and the path of a file that names one';
  return `${variable} must be a crash point, ${ways}: ${known}`;
}

function variableOf(env: NodeJS.ProcessEnv) {
  return (Object.keys(variables) as (keyof typeof variables)[]).find((name) => env[name]);
}

function parse(env: NodeJS.ProcessEnv): Arming | null {
  const variable = variableOf(env);
  if (variable === undefined) return null;
  const at = env[variable]!;
  const signal = variables[variable];
  if (at.startsWith('@/')) return namedBy(at.slice(1), signal);
  const [, point, nth = '1'] = /^([^:]+)(?::([1-9]\d{0,5}))?$/.exec(at) ?? [];
  if (point === undefined || !Object.hasOwn(crashPoints, point)) return null;
  return nthPassage(point, Number(nth), env.LANDFALL_CRASH_MARK, signal);
}

function nthPassage(point: string, nth: number, mark: string | undefined, signal: NodeJS.Signals): Arming {
  let left = nth;
  return (passed) => {
    if (passed !== point || --left !== 0) return;
    if (!mark || leaveMark(mark, `${point} ${process.pid}\n`)) process.kill(process.pid, signal);
  };
}

function namedBy(file: string, signal: NodeJS.Signals): Arming {
  return (passed) => {
    try {
      if (readFileSync(file, 'utf8').trim() !== passed) return;
      renameSync(file, `${file}.died`);
    } catch (error) {
      // Nobody is to die, or somebody else has.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    process.kill(process.pid, signal);
  };
}

/** False where somebody has died here before. Whoever sees the mark sees all of its text. */
function leaveMark(path: string, text: string): boolean {
  const staged = `${path}.${process.pid}`;
  writeFileSync(staged, text);
  try {
    linkSync(staged, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(staged);
  }
}
