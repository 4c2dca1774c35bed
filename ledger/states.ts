/**
 * The states of files, chunks and runs, and every transition between them. Code that changes a state asks these
 * tables. Statements that change chunks, or many files, name the states themselves; a test compares both with
 * the tables.
 *
 * Files:
 *
 *   discovered  scan ─▶ scanning, plan ─▶ loading, fail ─▶ failing, duplicate ─▶ duplicate
 *   scanning    plan ─▶ loading, fail ─▶ failing, duplicate ─▶ duplicate, renew ─▶ discovered
 *   loading     finalise ─▶ finalising, finish ─▶ done, fail ─▶ failing, renew ─▶ discovered
 *   finalising  finish ─▶ done, fail ─▶ failing
 *   failing     unload ─▶ failed
 *   done        undo ─▶ undone
 *   failed
 *   duplicate
 *   undone
 *
 * Chunks, while their file is loading; `unload` and `undo` come with those of their file:
 *
 *   planned    commit ─▶ committed, fail ─▶ failed
 *   committed  unload ─▶ failed, undo ─▶ undone
 *   failed
 *   undone
 *
 * Runs of sources:
 *
 *   planned  start ─▶ running
 *   running  wait ─▶ planned, finish ─▶ done, fail ─▶ failed
 *   done     again ─▶ planned
 *   failed   again ─▶ planned
 *
 * A file is failing from the moment that the reason is on record (column `error`) until it is unloaded; column
 * `state` keeps what it was. From `failing` a file can only be unloaded, whoever dies and however often the
 * clean-up has to be repeated: a file that is meant to fail is never done.
 *
 * A file that is renewed is another row with another number (tables/plan-again.ts). Its chunks of before are gone.
 */
import type { ErrorDescription, LedgerFileState } from './statements/row-types.ts';

export type FileState = LedgerFileState | 'failing';

/**
 * What happens to a file.
 *
 *   scan        its layout is settled, workers look for record borders
 *   plan        its chunks are on record
 *   finalise    all its chunks are committed, its accounts are being compared
 *   finish      its accounts agree, its receipt is on record
 *   fail        the reason why it fails is on record; the first one stays
 *   unload      its facts and parts are removed
 *   duplicate   another file with the same content is loaded
 *   undo        a person, or another version, takes it out again
 *   renew       its definition has changed: it is planned again, as it landed
 */
export type FileEvent =
  | 'scan'
  | 'plan'
  | 'finalise'
  | 'finish'
  | 'fail'
  | 'unload'
  | 'duplicate'
  | 'undo'
  | 'renew';

export type ChunkState = 'planned' | 'committed' | 'failed' | 'undone';

/**
 * What happens to a chunk.
 *
 *   claim       a worker takes it, and only its fencing token commits
 *   release     the worker gives it back
 *   commit      facts, rejects and parts are on record
 *   fail        its attempts are used up, or trying again is of no use
 *   unload      its file fails
 *   undo        its file is undone
 */
export type ChunkEvent = 'claim' | 'release' | 'commit' | 'fail' | 'unload' | 'undo';

export type RunState = 'planned' | 'running' | 'done' | 'failed';

/**
 * What happens to a run of a source.
 *
 *   start       a coordinator fetches its pages, and only its fencing token notes them
 *   note        a page is noted, and where the run resumes
 *   wait        its attempt has failed, or another run comes first: it resumes later where it stopped
 *   finish      all its pages are noted
 *   fail        its attempts are used up, or trying again is of no use
 *   again       a person asks for its window again
 */
export type RunEvent = 'start' | 'note' | 'wait' | 'finish' | 'fail' | 'again';

/** Where each event leads from each state. Null: it is refused, or there is nothing to do; nothing changes. */
export type Transitions<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Record<Event, State | null>>>
>;

// biome-ignore format: a table is read by its columns
export const fileTransitions: Transitions<FileState, FileEvent> = {
  discovered: { scan: 'scanning', plan: 'loading', finalise: null,         finish: null,   fail: 'failing', unload: null,     duplicate: 'duplicate', undo: null,     renew: null         },
  scanning:   { scan: 'scanning', plan: 'loading', finalise: null,         finish: null,   fail: 'failing', unload: null,     duplicate: 'duplicate', undo: null,     renew: 'discovered' },
  loading:    { scan: null,       plan: null,      finalise: 'finalising', finish: 'done', fail: 'failing', unload: null,     duplicate: null,        undo: null,     renew: 'discovered' },
  finalising: { scan: null,       plan: null,      finalise: 'finalising', finish: 'done', fail: 'failing', unload: null,     duplicate: null,        undo: null,     renew: null         },
  failing:    { scan: null,       plan: null,      finalise: null,         finish: null,   fail: 'failing', unload: 'failed', duplicate: null,        undo: null,     renew: null         },
  done:       { scan: null,       plan: null,      finalise: null,         finish: 'done', fail: null,      unload: null,     duplicate: null,        undo: 'undone', renew: null         },
  failed:     { scan: null,       plan: null,      finalise: null,         finish: null,   fail: 'failed',  unload: 'failed', duplicate: null,        undo: null,     renew: null         },
  duplicate:  { scan: null,       plan: null,      finalise: null,         finish: null,   fail: null,      unload: null,     duplicate: 'duplicate', undo: null,     renew: null         },
  undone:     { scan: null,       plan: null,      finalise: null,         finish: null,   fail: null,      unload: null,     duplicate: null,        undo: 'undone', renew: null         },
};

// biome-ignore format: a table is read by its columns
export const chunkTransitions: Transitions<ChunkState, ChunkEvent> = {
  planned:   { claim: 'planned', release: 'planned', commit: 'committed', fail: 'failed', unload: 'planned', undo: null },
  committed: { claim: null,      release: null,      commit: null,        fail: null,     unload: 'failed',  undo: 'undone' },
  failed:    { claim: null,      release: null,      commit: null,        fail: null,     unload: 'failed',  undo: null },
  undone:    { claim: null,      release: null,      commit: null,        fail: null,     unload: null,      undo: 'undone' },
};

// biome-ignore format: a table is read by its columns
export const runTransitions: Transitions<RunState, RunEvent> = {
  planned: { start: 'running', note: null,      wait: null,      finish: null,   fail: null,     again: null },
  running: { start: 'running', note: 'running', wait: 'planned', finish: 'done', fail: 'failed', again: null },
  done:    { start: null,      note: null,      wait: null,      finish: null,   fail: null,     again: 'planned' },
  failed:  { start: null,      note: null,      wait: null,      finish: null,   fail: null,     again: 'planned' },
};

/** States of files that have not ended, in their order. */
export const unfinishedStates = [
  'discovered',
  'scanning',
  'loading',
  'finalising',
] as const satisfies readonly LedgerFileState[];

/** The state of a file as the table knows it. */
export function stateOf({ state, error }: FileStanding): FileState {
  const unfinished = fileTransitions[state].fail === 'failing';
  return unfinished && error !== null ? 'failing' : state;
}

/** Columns of a file that its state is made of. */
export interface FileStanding {
  readonly state: LedgerFileState;
  readonly error: ErrorDescription | null;
}

/** The state after the event; null where the event is refused. */
export function afterEvent(file: FileStanding, event: FileEvent): FileState | null {
  return fileTransitions[stateOf(file)][event];
}

/** The states in which the event happens, in the order of the table. */
export function statesBefore<State extends string, Event extends string>(
  transitions: Transitions<State, Event>,
  event: Event,
): State[] {
  return (Object.keys(transitions) as State[]).filter((state) => transitions[state][event] !== null);
}

/** A table as it is drawn above: a line for each state, with every event that leads to another one. */
export function drawing<State extends string, Event extends string>(
  transitions: Transitions<State, Event>,
): string {
  const states = Object.keys(transitions) as State[];
  const width = Math.max(...states.map((state) => state.length)) + 2;
  const lines = states.map((state) => {
    const ways = Object.entries(transitions[state]) as [Event, State | null][];
    const out = ways.filter(([, next]) => next !== null && next !== state);
    return `${state.padEnd(width)}${out.map(([event, next]) => `${event} ─▶ ${next}`).join(', ')}`.trimEnd();
  });
  return lines.join('\n');
}
