/**
 * Finds the files of a folder that a program still has open for writing. A copy that pauses (a slow network, a
 * stopped process) looks finished if only sizes and times are checked.
 *
 * This reads /proc, so it works only on Linux and only for processes that we may inspect. Elsewhere no file seems to
 * be open, and the settling time alone decides.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Breather } from '../../platform/event-loop.ts';

/** Reading all descriptors of all processes is expensive. It may take up one part in this many of the time. */
const restShare = 4;

/** O_WRONLY and O_RDWR in the flags of /proc/<pid>/fdinfo. */
const writeFlags = 0o3;

/**
 * Returns the files (absolute paths) that are open for writing at the time of the call, or soon after. Concurrent
 * calls share one search.
 */
export function createWriterCheck(folder: string): () => Promise<ReadonlySet<string>> {
  let running: Promise<Set<string>> | null = null;
  let next: Promise<Set<string>> | null = null;
  let rest = Promise.resolve();
  const look = async (): Promise<Set<string>> => {
    await rest;
    running = next;
    next = null;
    const began = performance.now();
    const written = await writtenFiles(folder);
    rest = delay((performance.now() - began) * (restShare - 1));
    return written;
  };
  // A running search may already have passed the file, so the caller waits for the next one.
  return () => {
    next ??= (running ?? Promise.resolve()).then(look, look);
    return next;
  };
}

/**
 * The absolute paths of the folder's files that are open for writing. The system answers from memory, within microseconds:
 * asked one by one in the background, the same descriptors take five times as long.
 */
async function writtenFiles(folder: string): Promise<Set<string>> {
  const written = new Set<string>();
  const breather = new Breather();
  for (const pid of orNone(() => readdirSync('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of orNone(() => readdirSync(`/proc/${pid}/fd`))) {
      const [path] = orNone(() => [readlinkSync(`/proc/${pid}/fd/${descriptor}`)]);
      if (path?.startsWith(folder) && opensForWriting(pid, descriptor)) written.add(path);
    }
    await breather.pause();
  }
  return written;
}

function opensForWriting(pid: string, descriptor: string): boolean {
  const [info = ''] = orNone(() => [readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')]);
  const flags = /^flags:\s+(\d+)/m.exec(info);
  return flags !== null && (Number.parseInt(flags[1], 8) & writeFlags) !== 0;
}

/** A process may end meanwhile, or belong to another user. */
function orNone(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
