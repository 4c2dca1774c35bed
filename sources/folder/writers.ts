/**
 * Which files of a folder some program still has open for writing. A copy that pauses (a slow network,
 * a stopped process) looks finished to anyone who only watches sizes and times.
 *
 * Linux only, from /proc, and only processes that we may look into: elsewhere nobody seems to write,
 * and the settling time alone decides.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Looking through all descriptors of all processes is work; it takes one part of the time in so many. */
const restShare = 4;

/** O_WRONLY and O_RDWR in the flags of /proc/<pid>/fdinfo. */
const writeFlags = 0o3;

/**
 * Tells the files (absolute paths) that are being written when it is asked, or soon after. Those who ask at
 * the same time share one look.
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
  // A look that is under way may have passed the file already, so one asks for the look after it.
  return () => {
    next ??= (running ?? Promise.resolve()).then(look, look);
    return next;
  };
}

/** Absolute paths of the folder's files that are open for writing. */
async function writtenFiles(folder: string): Promise<Set<string>> {
  const written = new Set<string>();
  const processes = await readdir('/proc').catch(() => []);
  const pids = processes.filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      for (const descriptor of descriptors) {
        const path = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
        if (path.startsWith(folder) && (await opensForWriting(pid, descriptor))) written.add(path);
      }
    }),
  );
  return written;
}

async function opensForWriting(pid: string, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = /^flags:\s+(\d+)/m.exec(info);
  return flags !== null && (Number.parseInt(flags[1], 8) & writeFlags) !== 0;
}
