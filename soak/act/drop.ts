/** Drops files as people and programs do, and tampers with some of them. */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Made, makeContent } from '../files/make.ts';
import type { Journal } from '../journal.ts';
import type { Content, Drop, Plan } from '../plan/types.ts';
import type { Knowledge } from './knowledge.ts';

/** How long before its drop a file is made, in ms. */
const aheadMs = 12_000;

export interface DropTools {
  readonly folder: string;
  readonly plan: Plan;
  readonly journal: Journal;
  readonly knowledge: Knowledge;
}

/** Drops every file at its time. Resolves when the last file has landed and been tampered with. */
export async function dropAll(tools: DropTools): Promise<void> {
  const { plan, journal } = tools;
  const meddling: Promise<void>[] = [];
  for (const drop of plan.drops) {
    await delay(Math.max(0, drop.atMs - aheadMs - journal.now()));
    const made = await make(tools, plan.contents.get(drop.content)!);
    await delay(Math.max(0, drop.atMs - journal.now()));
    const target = await land(tools, drop, made);
    if (drop.meddling !== null) meddling.push(meddle(tools, drop, target));
  }
  await Promise.all(meddling);
}

/** The content on disk. One that has already been dropped is made again. */
async function make({ folder, knowledge }: DropTools, content: Content): Promise<Made> {
  const made = await makeContent(content, join(folder, 'made'));
  knowledge.made(made);
  return made;
}

/** Puts the file into the landing folder, and returns its path. */
async function land(tools: DropTools, drop: Drop, made: Made): Promise<string> {
  const { folder, journal, knowledge } = tools;
  const target = join(folder, 'landing', drop.dataset, drop.name);
  mkdirSync(dirname(target), { recursive: true });
  const over = existsSync(target);
  knowledge.dropped(drop, { over });
  const { content, dataset, name } = drop;
  const detail = { content, dataset, name, bytes: made.bytes, hash: made.hash, over };
  if (drop.writtenMs === null) {
    renameSync(made.path, target);
    journal.note('dropped', detail);
  } else {
    journal.note('writing', detail);
    await writeSlowly(made, target, drop.writtenMs);
    journal.note('written', { content, dataset, name });
  }
  return target;
}

/** Writes the file in place, piece by piece. */
async function writeSlowly(made: Made, target: string, ms: number): Promise<void> {
  const bytes = await readFile(made.path);
  const pieces = 8;
  const file = await open(target, 'w');
  for (let piece = 0; piece < pieces; piece++) {
    const from = Math.floor((bytes.length * piece) / pieces);
    await file.write(bytes.subarray(from, Math.floor((bytes.length * (piece + 1)) / pieces)));
    await delay(ms / pieces);
  }
  await file.close();
}

async function meddle(tools: DropTools, drop: Drop, target: string): Promise<void> {
  const { folder, plan, journal, knowledge } = tools;
  const meddling = drop.meddling!;
  const longer = meddling.kind === 'append' ? await make(tools, plan.contents.get(meddling.becomes)!) : null;
  await delay(Math.max(0, drop.atMs + meddling.afterMs - journal.now()));
  if (!existsSync(target)) return journal.note('too late to tamper', { name: drop.name });
  if (meddling.kind === 'rename') {
    renameSync(target, join(folder, 'landing', drop.dataset, meddling.name));
    knowledge.renamed(drop, meddling.name);
    return journal.note('renamed', { content: drop.content, name: drop.name, to: meddling.name });
  }
  const appended = append(target, await readFile(longer!.path));
  if (appended) knowledge.appended(drop, longer!.content.id);
  journal.note(appended ? 'appended' : 'too late to append', { content: drop.content, name: drop.name });
}

/** Appends to the file in place. Returns false if it has been moved away meanwhile. */
function append(target: string, whole: Buffer): boolean {
  const file = openSync(target, 'r+');
  try {
    const before = fstatSync(file);
    if (!existsSync(target) || statSync(target).ino !== before.ino) return false;
    writeSync(file, whole, before.size, whole.length - before.size, before.size);
    return existsSync(target) && statSync(target).ino === before.ino;
  } finally {
    closeSync(file);
  }
}
