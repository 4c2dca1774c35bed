/** Files that were dropped on the page. They are kept outside of its views, so that an upload outlives a change of view. */
import type { Inspection } from '../../../platform/progress/inspection.ts';
import { type Refusal, send } from '../stream/ask.ts';
import { sendFile } from './transfer.ts';

/**
 *   looking ─▶ ready ─▶ sending ─▶ landed        a large packed file: sending ─▶ looking ─▶ ready ─▶ landed
 *   refused, from anywhere but landed: choose again
 */
export interface Drop {
  readonly number: number;
  readonly file: File;
  readonly phase: 'looking' | 'ready' | 'sending' | 'landed';
  readonly inspection: Inspection | null;
  readonly refusal: Refusal | null;
  /** Bytes that are there. */
  readonly sent: number;
  /** The connection is away, and the upload waits. */
  readonly isCut: boolean;
  readonly uploadId: string | null;
  /** The dataset that it was loaded into. */
  readonly dataset: string | null;
}

/** What the server looks at without the rest, in bytes. */
const lookedBytes = 8 * 1024 * 1024;
/** Of a large file, in bytes: enough for a thousand rows. */
const beginningBytes = 2 * 1024 * 1024;

const packed = /\.(gz|zst|zip|bz2|xz)$/i;

let drops: readonly Drop[] = [];
let numbers = 0;
const listeners = new Set<() => void>();
const stops = new Map<number, AbortController>();

export function currentDrops(): readonly Drop[] {
  return drops;
}

/** Calls `listener` when a drop changes, until what it returns is called. */
export function onDrops(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(next: readonly Drop[]): void {
  drops = next;
  for (const listener of listeners) listener();
}

function change(number: number, part: Partial<Drop>): void {
  tell(drops.map((drop) => (drop.number === number ? { ...drop, ...part } : drop)));
}

const dropOf = (number: number) => drops.find((drop) => drop.number === number);

/** Looks at files. */
export function take(files: Iterable<File>): void {
  for (const file of files) {
    const number = ++numbers;
    stops.set(number, new AbortController());
    const nothing = { inspection: null, refusal: null, sent: 0, isCut: false, uploadId: null, dataset: null };
    tell([{ number, file, phase: 'looking', ...nothing }, ...drops]);
    void look(number);
  }
}

/** Forgets a file, and stops sending it. */
export function forget(number: number): void {
  const drop = dropOf(number);
  stops.get(number)?.abort();
  stops.delete(number);
  if (drop?.uploadId && drop.phase !== 'landed')
    void fetch(`/api/uploads/${drop.uploadId}`, { method: 'DELETE' });
  tell(drops.filter((one) => one.number !== number));
}

/** Looks at a file, as a dataset if one is chosen. */
export async function look(number: number, chosen: { dataset?: string; as?: string } = {}): Promise<void> {
  await step(number, 'ready', async ({ file }) => {
    const isLarge = file.size > lookedBytes;
    if (isLarge && packed.test(file.name)) {
      const uploadId = await upload(number);
      change(number, { phase: 'looking' });
      change(number, { inspection: await send<Inspection>(`/api/uploads/${uploadId}/inspect`, chosen) });
      return;
    }
    change(number, { phase: 'looking' });
    const query = new URLSearchParams({ name: file.name, part: String(isLarge), ...chosen });
    const content = isLarge ? file.slice(0, beginningBytes) : file;
    change(number, { inspection: await send<Inspection>(`/api/inspect?${query}`, content) });
  });
}

/** Sends a file and has it loaded into a dataset. */
export async function load(number: number, dataset: string): Promise<void> {
  await step(number, 'landed', async () => {
    await send(`/api/uploads/${await upload(number)}/land`, { dataset });
    change(number, { dataset });
  });
}

/** Saves a definition for a file, and has it loaded. */
export async function define(number: number, name: string, source: string): Promise<void> {
  let isSaved = false;
  await step(number, 'ready', async () => {
    await send('/api/definitions', { name, source });
    isSaved = true;
  });
  if (isSaved) await load(number, name);
}

/** What is refused is shown, and can be tried again. */
async function step(number: number, then: Drop['phase'], work: (drop: Drop) => Promise<void>): Promise<void> {
  const drop = dropOf(number);
  if (drop === undefined) return;
  change(number, { refusal: null });
  try {
    await work(drop);
    change(number, { phase: then });
  } catch (error) {
    if (!stops.get(number)?.signal.aborted) change(number, { phase: 'ready', refusal: error as Refusal });
  }
}

async function upload(number: number): Promise<string> {
  const { file, uploadId } = dropOf(number)!;
  change(number, { phase: 'sending' });
  const id =
    uploadId ??
    (await sendFile(file, {
      signal: stops.get(number)!.signal,
      onProgress: (sent, isCut) => change(number, { sent, isCut }),
    }));
  change(number, { uploadId: id });
  return id;
}
